package ${package};

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.Arrays;

/** The client of ${protocol}: every message is a datagram. Use it from one thread at a time. */
public final class ${protocol}Client implements AutoCloseable {
    private final DatagramSocket socket;
    private final byte[] buffer = new byte[65_535];

    private ${protocol}Client(DatagramSocket socket) {
        this.socket = socket;
    }

    /** Sends to this address and receives from it only; nothing waits for longer than {@code timeoutMillis}, 0 being for ever. */
    public static ${protocol}Client connect(InetAddress address, int port, int timeoutMillis) throws IOException {
        DatagramSocket socket = new DatagramSocket();
        socket.connect(address, port);
        socket.setSoTimeout(timeoutMillis);
        return new ${protocol}Client(socket);
    }

    /** Sends a message; whether it arrives is not known. */
    public void send(${protocol}.${sent} message) throws IOException {
        byte[] frame = ${protocol}.${encode}(message);
        socket.send(new DatagramPacket(frame, frame.length));
    }

    /** The next message of the server; after a WireException the next datagram can be received. */
    public ${protocol}.${received} receive() throws IOException {
        ${protocol}.${received} message = null;
        while (message == null) {
            DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
            socket.receive(packet);
            message = ${protocol}.${decode}(Arrays.copyOf(buffer, packet.getLength()));
        }
        return message;
    }

    @Override
    public void close() {
        socket.close();
    }
}
