package ${package};

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
${imports}

/** The client of ${protocol}, which waits for what it is told: use it from one thread at a time. */
public final class ${protocol}Client implements AutoCloseable {
    ${constants}
    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;
    ${fields}

    private ${protocol}Client(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        this.out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
        ${opening}
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

    /**
     * Sends a message. After an exception, of this or another method, that is no WireException with which reading can go on,
     * the client has to be closed.
     */
    public void send(${protocol}.${sent} message) throws IOException {
        ${before_sending}
        ${protocol}.${write}(message, out);
        out.flush();
        ${after_sending}
    }

    ${receiving}

    private ${protocol}.${received} read() throws IOException {
        ${protocol}.${received} message = ${protocol}.${read}(in);
        ${after_receiving}
        return message;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
