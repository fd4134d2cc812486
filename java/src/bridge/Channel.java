package bridge;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * Carries objects both ways over one socket.
 *
 * <p>Sending and receiving may happen in two threads at once; several senders (or several receivers) must
 * take turns among themselves, which the locks here see to.
 */
public final class Channel implements Conversation {
    private final Closeable below;
    private final InputStream input;
    private final OutputStream output;
    private final ObjectInputFilter filter;
    private final SharedSecret secret;
    private final Object opening = new Object();
    private final Object receiving = new Object();
    private volatile ObjectOutputStream out;
    private ObjectInputStream in;

    /** A channel on a connected socket; the socket belongs to the channel from now on. */
    public Channel(Socket socket) throws IOException {
        this(socket, null);
    }

    /** A channel on a connected socket that asks {@code filter} (may be null) about every class it receives. */
    public Channel(Socket socket, ObjectInputFilter filter) throws IOException {
        this(socket, filter, null);
        open();
    }

    /** A channel on a connected Unix domain socket, likewise. */
    public Channel(SocketChannel socket, ObjectInputFilter filter) throws IOException {
        this(socket, filter, null);
        open();
    }

    /** An accepted one; where there is a secret, the peer must prove it when the channel is first used. */
    Channel(Socket socket, ObjectInputFilter filter, SharedSecret secret) throws IOException {
        this(withoutDelay(socket).getInputStream(), socket.getOutputStream(), socket, filter, secret);
    }

    /** Likewise. */
    Channel(SocketChannel socket, ObjectInputFilter filter, SharedSecret secret) {
        this(new SocketChannelStreams.Input(socket), new SocketChannelStreams.Output(socket), socket, filter, secret);
    }

    private Channel(InputStream input, OutputStream output, Closeable below, ObjectInputFilter filter,
            SharedSecret secret) {
        this.input = input;
        this.output = output;
        this.below = below;
        this.filter = filter;
        this.secret = secret;
    }

    /** Begins the stream, after the handshake where an accepted channel has a secret. */
    ObjectOutputStream open() throws IOException {
        if (out == null) {
            synchronized (opening) {
                if (out == null) {
                    if (secret != null) {
                        secret.accept(input, output, below);
                    }
                    begin();
                }
            }
        }
        return out;
    }

    private void begin() throws IOException {
        ObjectOutputStream stream = new ObjectOutputStream(new BufferedOutputStream(output));
        // The stream header must be on its way before anybody waits for the header of the peer.
        stream.flush();
        out = stream;
    }

    private Channel connected(SharedSecret known) throws IOException {
        if (known != null) {
            known.connect(input, output, below);
        }
        begin();
        return this;
    }

    private static Socket withoutDelay(Socket socket) throws IOException {
        socket.setTcpNoDelay(true);
        return socket;
    }

    /** Connects to a listening peer. */
    public static Channel connect(String host, int port) throws IOException {
        return connect(host, port, (ObjectInputFilter) null);
    }

    /** Connects to a listening peer, with a filter (may be null) for what is received. */
    public static Channel connect(String host, int port, ObjectInputFilter filter) throws IOException {
        return connect(host, port, filter, null);
    }

    /**
     * Connects to a listening peer that knows a secret.
     *
     * @throws java.net.ProtocolException if it does not
     */
    public static Channel connect(String host, int port, SharedSecret secret) throws IOException {
        return connect(host, port, (ObjectInputFilter) null, secret);
    }

    /** Connects to a listening peer, with a filter and a secret; either may be null. */
    public static Channel connect(String host, int port, ObjectInputFilter filter, SharedSecret secret)
            throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(host, port));
            return new Channel(socket, filter, null).connected(secret);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Connects to a peer that speaks TLS, and verifies that its certificate is for {@code host}.
     *
     * @throws javax.net.ssl.SSLException if the handshake fails
     */
    public static Channel connect(String host, int port, SSLContext context) throws IOException {
        return connect(host, port, context, null);
    }

    /** Connects to a peer that speaks TLS, likewise, and that knows a secret (may be null). */
    public static Channel connect(String host, int port, SSLContext context, SharedSecret secret) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket();
        try {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.connect(new InetSocketAddress(host, port));
            return new Channel(socket, null, null).connected(secret);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Connects to a peer that listens at a Unix domain socket. */
    public static Channel connect(Path path) throws IOException {
        return connect(path, null);
    }

    /** Connects to a peer that listens at a Unix domain socket and knows a secret (may be null). */
    public static Channel connect(Path path, SharedSecret secret) throws IOException {
        SocketChannel socket = SocketChannel.open(UnixDomainSocketAddress.of(path));
        try {
            return new Channel(socket, null, null).connected(secret);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    @Override
    public void send(Object object) throws IOException {
        ObjectOutputStream stream = open();
        synchronized (stream) {
            try {
                stream.writeObject(object);
            } finally {
                // After a failed write the stream has told the peer so (TC_EXCEPTION): let that out as well.
                stream.flush();
            }
        }
    }

    @Override
    public Object receive() throws IOException, ClassNotFoundException {
        open();
        synchronized (receiving) {
            if (in == null) {
                in = new ObjectInputStream(new BufferedInputStream(input));
                if (filter != null) {
                    in.setObjectInputFilter(filter);
                }
            }
            return in.readObject();
        }
    }

    @Override
    public void reset() throws IOException {
        ObjectOutputStream stream = open();
        synchronized (stream) {
            stream.reset();
            stream.flush();
        }
    }

    /** Closes the socket. */
    @Override
    public void close() throws IOException {
        below.close();
    }
}
