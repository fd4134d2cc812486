package bridge;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * Carries objects both ways over one socket.
 *
 * <p>Sending and receiving may happen in two threads at once; several senders (or several receivers) must
 * take turns among themselves, which the locks here see to.
 */
public final class Channel implements AutoCloseable {
    private final Socket socket;
    private final ObjectOutputStream out;
    private final ObjectInputFilter filter;
    private final Object receiving = new Object();
    private ObjectInputStream in;

    /** A channel on a connected socket; the socket belongs to the channel from now on. */
    public Channel(Socket socket) throws IOException {
        this(socket, null);
    }

    /** A channel on a connected socket that asks {@code filter} (may be null) about every class it receives. */
    public Channel(Socket socket, ObjectInputFilter filter) throws IOException {
        this.socket = socket;
        this.filter = filter;
        socket.setTcpNoDelay(true);
        out = new ObjectOutputStream(new BufferedOutputStream(socket.getOutputStream()));
        // The stream header must be on its way before anybody waits for the header of the peer.
        out.flush();
    }

    /** Connects to a listening peer. */
    public static Channel connect(String host, int port) throws IOException {
        return connect(host, port, null);
    }

    /** Connects to a listening peer, with a filter (may be null) for what is received. */
    public static Channel connect(String host, int port, ObjectInputFilter filter) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(host, port));
            return new Channel(socket, filter);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Sends one object and everything reachable from it. */
    public void send(Object object) throws IOException {
        synchronized (out) {
            try {
                out.writeObject(object);
            } finally {
                // After a failed write the stream has told the peer so (TC_EXCEPTION): let that out as well.
                out.flush();
            }
        }
    }

    /**
     * Waits for the next object.
     *
     * @throws java.io.EOFException if the peer has closed its side
     */
    public Object receive() throws IOException, ClassNotFoundException {
        synchronized (receiving) {
            if (in == null) {
                in = new ObjectInputStream(new BufferedInputStream(socket.getInputStream()));
                if (filter != null) {
                    in.setObjectInputFilter(filter);
                }
            }
            return in.readObject();
        }
    }

    /** Sends an object and waits for the next one to arrive. */
    public Object request(Object object) throws IOException, ClassNotFoundException {
        send(object);
        return receive();
    }

    /** Makes both sides forget the objects sent so far, so that their memory is given back. */
    public void reset() throws IOException {
        synchronized (out) {
            out.reset();
            out.flush();
        }
    }

    /** Closes the socket. */
    @Override
    public void close() throws IOException {
        socket.close();
    }
}
