package bare;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Echoes objects, one connection after another, with nothing but the JDK: any such program is a full peer. */
public class BareServer {
    public static void main(String[] args) throws Exception {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        System.out.println(server.getLocalPort());
        serve(server);
    }

    public static void serve(ServerSocket server) throws IOException, ClassNotFoundException {
        while (true) {
            Socket socket = server.accept();
            try (socket) {
                ObjectOutputStream out = new ObjectOutputStream(socket.getOutputStream());
                ObjectInputStream in = new ObjectInputStream(socket.getInputStream());
                while (true) {
                    out.writeObject(in.readObject());
                }
            } catch (IOException end) {
                // The peer is gone: on to the next one.
            }
        }
    }
}
