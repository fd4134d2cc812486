package bridge;

import java.io.Closeable;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

/** Waits for peers at an address. */
public final class Listener implements AutoCloseable {
    private static final int BACKLOG = 128;

    private final Acceptor acceptor;
    private final Closeable server;
    private final SocketAddress address;
    private volatile boolean closed;

    /** Waits for one peer. */
    @FunctionalInterface
    private interface Acceptor {
        Channel accept() throws IOException;
    }

    private Listener(Acceptor acceptor, Closeable server, SocketAddress address) {
        this.acceptor = acceptor;
        this.server = server;
        this.address = address;
    }

    private static Listener over(ServerSocket server, ObjectInputFilter filter, SharedSecret secret) {
        return new Listener(() -> {
            Socket socket = server.accept();
            try {
                return accepted(new Channel(socket, filter, secret), secret);
            } catch (IOException e) {
                socket.close();
                throw e;
            }
        }, server, server.getLocalSocketAddress());
    }

    /** Begins the stream; but a handshake, which would keep the next peer waiting, is left to the first use. */
    private static Channel accepted(Channel channel, SharedSecret secret) throws IOException {
        if (secret == null) {
            channel.open();
        }
        return channel;
    }

    /** Listens at an address; port 0 lets the system choose one, which {@link #address()} tells. */
    public static Listener listen(String host, int port) throws IOException {
        return listen(host, port, (ObjectInputFilter) null);
    }

    /** Listens, with a filter (may be null) for what the accepted channels receive. */
    public static Listener listen(String host, int port, ObjectInputFilter filter) throws IOException {
        return listen(host, port, filter, null);
    }

    /**
     * Listens for peers that know a secret. A channel proves it when it is first used, which throws
     * {@link java.net.ProtocolException} for a peer that does not know it.
     */
    public static Listener listen(String host, int port, SharedSecret secret) throws IOException {
        return listen(host, port, null, secret);
    }

    /** Listens, with a filter and a secret; either may be null. */
    public static Listener listen(String host, int port, ObjectInputFilter filter, SharedSecret secret)
            throws IOException {
        return over(new ServerSocket(port, BACKLOG, InetAddress.getByName(host)), filter, secret);
    }

    /**
     * Listens for peers that speak TLS. {@link #accept()} completes the handshake.
     *
     * @param clientsAreKnown whether a peer must show a certificate that the context trusts
     */
    public static Listener listen(String host, int port, SSLContext context, boolean clientsAreKnown)
            throws IOException {
        return listen(host, port, context, clientsAreKnown, null);
    }

    /** Listens for peers that speak TLS, likewise, and that know a secret (may be null). */
    public static Listener listen(
            String host, int port, SSLContext context, boolean clientsAreKnown, SharedSecret secret)
            throws IOException {
        SSLServerSocket server = (SSLServerSocket) context.getServerSocketFactory()
                .createServerSocket(port, BACKLOG, InetAddress.getByName(host));
        server.setNeedClientAuth(clientsAreKnown);
        return over(server, null, secret);
    }

    /** Listens at a Unix domain socket, whose file is deleted when the listener closes. */
    public static Listener listen(Path path) throws IOException {
        return listen(path, null);
    }

    /** Listens at a Unix domain socket for peers that know a secret (may be null). */
    public static Listener listen(Path path, SharedSecret secret) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(path), BACKLOG);
        } catch (IOException e) {
            server.close();
            throw e;
        }
        return new Listener(() -> {
            SocketChannel socket = server.accept();
            try {
                return accepted(new Channel(socket, null, secret), secret);
            } catch (IOException e) {
                socket.close();
                throw e;
            }
        }, () -> {
            server.close();
            Files.deleteIfExists(path);
        }, server.getLocalAddress());
    }

    /** Waits for the next peer. */
    public Channel accept() throws IOException {
        return acceptor.accept();
    }

    /** The address peers connect to, where it has a port. */
    public InetSocketAddress address() {
        return (InetSocketAddress) address;
    }

    /** Whether it was closed. */
    public boolean isClosed() {
        return closed;
    }

    /** Stops listening; accepted channels stay open. */
    @Override
    public void close() throws IOException {
        closed = true;
        server.close();
    }
}
