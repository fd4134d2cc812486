package bare;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/** Sends a few objects to an echo server and checks the replies, with nothing but the JDK. */
public class BareClient {
    public static void main(String[] args) throws Exception {
        talk(Integer.parseInt(args[0]));
    }

    public static void talk(int port) throws IOException, ClassNotFoundException {
        HashMap<String, Object> order = new HashMap<>();
        order.put("id", 42);
        order.put("tags", new ArrayList<>(List.of("new", "express")));
        Object[] objects = {"hello", 7, 7L, 2.5, order};
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            ObjectOutputStream out = new ObjectOutputStream(socket.getOutputStream());
            ObjectInputStream in = new ObjectInputStream(socket.getInputStream());
            for (Object object : objects) {
                out.writeObject(object);
                Object reply = in.readObject();
                if (!object.equals(reply)) {
                    throw new IllegalStateException("sent " + object + ", came back " + reply);
                }
                System.out.println("ok " + reply);
            }
        }
    }
}
