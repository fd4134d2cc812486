package ${package};

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;

/** The client of ${protocol}, which waits for what it is told: use it from one thread at a time. */
public final class ${protocol}Client implements AutoCloseable {
    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;

    private ${protocol}Client(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        this.out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
    }

    /** Connects; no step waits for longer than {@code timeoutMillis}, 0 being for ever. */
    public static ${protocol}Client connect(String host, int port, int timeoutMillis) throws IOException {
        Socket socket = new Socket();
        try {
            SocketAddress address = new InetSocketAddress(host, port);
            socket.connect(address, timeoutMillis);
            socket.setSoTimeout(timeoutMillis);
            socket.setTcpNoDelay(true);
            return new ${protocol}Client(socket);
        } catch (IOException failed) {
            socket.close();
            throw failed;
        }
    }

    /** Sends a message. */
    public void send(${protocol}.${sent} message) throws IOException {
        ${protocol}.${write}(message, out);
        out.flush();
    }

    /** The next message of the server, or null where it ended the conversation. */
    public ${protocol}.${received} receive() throws IOException {
        return ${protocol}.${read}(in);
    }

    /** Sends a message and waits for the next one of the server; null where it ended the conversation. */
    public ${protocol}.${received} request(${protocol}.${sent} message) throws IOException {
        send(message);
        return receive();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
