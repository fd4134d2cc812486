package ${package};

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.util.Arrays;

/** A server of ${protocol}: every message is a datagram. */
public final class ${protocol}Server implements AutoCloseable {
    /** What is done with a message of a client. */
    @FunctionalInterface
    public interface Handler {
        /** The answer to {@code client}, or null for none. An IOException is logged, and the next message is taken. */
        ${protocol}.${sent} handle(${protocol}.${received} message, SocketAddress client) throws IOException;
    }

    private final DatagramSocket socket;
    private final Handler handler;

    /** Listens at the address; port 0 takes a free one. Clients are served by {@link #run}. */
    public ${protocol}Server(InetAddress address, int port, Handler handler) throws IOException {
        this.socket = new DatagramSocket(port, address);
        this.handler = handler;
    }

    public int port() {
        return socket.getLocalPort();
    }

    /** Serves clients until the server is closed. Datagrams that are no message are passed over. */
    public void run() throws IOException {
        byte[] buffer = new byte[65_535];
        while (!socket.isClosed()) {
            DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
            try {
                socket.receive(packet);
            } catch (IOException failed) {
                if (socket.isClosed()) {
                    return;
                }
                throw failed;
            }
            try {
                serve(Arrays.copyOf(buffer, packet.getLength()), packet.getSocketAddress());
            } catch (IOException bad) {
                System.getLogger(${protocol}Server.class.getName()).log(System.Logger.Level.INFO, "passed over", bad);
            }
        }
    }

    private void serve(byte[] frame, SocketAddress client) throws IOException {
        ${protocol}.${received} message = ${protocol}.${decode}(frame);
        ${protocol}.${sent} answer = message == null ? null : handler.handle(message, client);
        if (answer != null) {
            byte[] data = ${protocol}.${encode}(answer);
            socket.send(new DatagramPacket(data, data.length, client));
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
