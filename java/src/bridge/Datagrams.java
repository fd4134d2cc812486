package bridge;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;

/** Carries objects in datagrams: each is one whole stream, and may get lost. */
public final class Datagrams implements Conversation {
    /** No datagram of UDP is longer. */
    private static final int MAX_BYTES = 65535;

    private final DatagramSocket socket;
    private SocketAddress peer;

    private Datagrams(DatagramSocket socket, SocketAddress peer) {
        this.socket = socket;
        this.peer = peer;
    }

    /**
     * Sends to one peer or to all members of a group, and receives what any of them answers.
     *
     * @param through the interface to a group; null lets the system choose
     * @param timeout in milliseconds: {@link #receive()} ends with a SocketTimeoutException when nothing came so long
     */
    public static Datagrams connect(String host, int port, NetworkInterface through, int timeout) throws IOException {
        InetSocketAddress peer = new InetSocketAddress(host, port);
        DatagramSocket socket = new DatagramSocket(null);
        if (!peer.getAddress().isMulticastAddress()) {
            socket.connect(peer);
        } else {
            socket.bind(new InetSocketAddress(0));
            if (through != null) {
                socket.setOption(StandardSocketOptions.IP_MULTICAST_IF, through);
            }
        }
        socket.setSoTimeout(timeout);
        return new Datagrams(socket, peer);
    }

    /**
     * Receives from everybody at an address, and answers the one whose datagram was received last. At the address of a
     * group it joins that.
     */
    public static Datagrams listen(String host, int port, NetworkInterface through) throws IOException {
        InetAddress address = InetAddress.getByName(host);
        if (!address.isMulticastAddress()) {
            return new Datagrams(new DatagramSocket(port, address), null);
        }
        // Bound to the address of the group it would send from there, which nobody accepts as a sender.
        MulticastSocket socket = new MulticastSocket(port);
        socket.joinGroup(new InetSocketAddress(address, 0), through);
        return new Datagrams(socket, null);
    }

    /** The port this end is at. */
    public int port() {
        return socket.getLocalPort();
    }

    @Override
    public void send(Object object) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(object);
        }
        socket.send(new DatagramPacket(bytes.toByteArray(), bytes.size(), peer));
    }

    @Override
    public Object receive() throws IOException, ClassNotFoundException {
        DatagramPacket packet = new DatagramPacket(new byte[MAX_BYTES], MAX_BYTES);
        socket.receive(packet);
        if (!socket.isConnected() && (peer == null || !isGroup(peer))) {
            peer = packet.getSocketAddress();
        }
        try (ObjectInputStream in = new ObjectInputStream(
                new ByteArrayInputStream(packet.getData(), packet.getOffset(), packet.getLength()))) {
            return in.readObject();
        }
    }

    private static boolean isGroup(SocketAddress address) {
        return ((InetSocketAddress) address).getAddress().isMulticastAddress();
    }

    /** Does nothing: each datagram begins afresh. */
    @Override
    public void reset() {
    }

    @Override
    public void close() {
        socket.close();
    }

    /** Whether it was closed. */
    public boolean isClosed() {
        return socket.isClosed();
    }
}
