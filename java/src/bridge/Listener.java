package bridge;

import java.io.IOException;
import java.io.ObjectInputFilter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Waits for peers at an address. */
public final class Listener implements AutoCloseable {
    private final ServerSocket server;
    private final ObjectInputFilter filter;

    private Listener(ServerSocket server, ObjectInputFilter filter) {
        this.server = server;
        this.filter = filter;
    }

    /** Listens at an address; port 0 lets the system choose one, which {@link #address()} tells. */
    public static Listener listen(String host, int port) throws IOException {
        return listen(host, port, null);
    }

    /** Listens, with a filter (may be null) for what the accepted channels receive. */
    public static Listener listen(String host, int port, ObjectInputFilter filter) throws IOException {
        return new Listener(new ServerSocket(port, 128, InetAddress.getByName(host)), filter);
    }

    /** Waits for the next peer. */
    public Channel accept() throws IOException {
        Socket socket = server.accept();
        try {
            return new Channel(socket, filter);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** The address peers connect to. */
    public InetSocketAddress address() {
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    /** Stops listening; accepted channels stay open. */
    @Override
    public void close() throws IOException {
        server.close();
    }
}
