import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The Java ends of the wire benchmark, over plain object streams.
 *
 * <pre>
 *   java Wire server                    prints its port, serves one connection after another until stdin ends
 *   java Wire client PORT OPERATION N ROUNDS
 *                                       the Java client beside which Python is measured; a line of JSON for each round
 * </pre>
 *
 * The server answers every object with itself, but for two strings: after "sink N" it takes N objects and answers with
 * their number, and to "source N" it answers with N beans. Both ends reset their stream every 1000 objects.
 */
public final class Wire {
    private static final int RESET_EVERY = 1000;

    private Wire() {}

    public static void main(String[] args) throws Exception {
        if (args[0].equals("server")) {
            serve();
        } else {
            measure(Integer.parseInt(args[1]), args[2], Integer.parseInt(args[3]), Integer.parseInt(args[4]));
        }
    }

    private static void serve() throws IOException {
        Thread watch = new Thread(() -> {
            try {
                while (System.in.read() >= 0) {
                    continue;
                }
            } catch (IOException e) {
                // as good as the end
            }
            System.exit(0);
        });
        watch.setDaemon(true);
        watch.start();
        try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            System.out.println(listener.getLocalPort());
            while (true) {
                try (Socket socket = listener.accept()) {
                    converse(new End(socket));
                } catch (IOException | ClassNotFoundException end) {
                    System.err.println(end);
                }
            }
        }
    }

    private static void converse(End end) throws IOException, ClassNotFoundException {
        try {
            while (true) {
                Object object = end.in.readObject();
                if (object instanceof String text && text.startsWith("sink ")) {
                    int count = Integer.parseInt(text.substring(5));
                    for (int i = 0; i < count; i++) {
                        end.in.readObject();
                    }
                    end.send(count);
                } else if (object instanceof String text && text.startsWith("source ")) {
                    int count = Integer.parseInt(text.substring(7));
                    for (int i = 0; i < count; i++) {
                        end.write(new Workloads.Small(i));
                    }
                    end.out.flush();
                } else {
                    end.send(object);
                }
            }
        } catch (java.io.EOFException end2) {
            // the peer has ended
        }
    }

    /** One end: buffered, the header flushed at birth. */
    private static final class End {
        final ObjectOutputStream out;
        final ObjectInputStream in;
        private int written;

        End(Socket socket) throws IOException {
            socket.setTcpNoDelay(true);
            out = new ObjectOutputStream(new BufferedOutputStream(socket.getOutputStream(), 1 << 16));
            out.flush();
            in = new ObjectInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
        }

        void write(Object object) throws IOException {
            out.writeObject(object);
            if (++written % RESET_EVERY == 0) {
                out.reset();
            }
        }

        void send(Object object) throws IOException {
            write(object);
            out.flush();
        }
    }

    private static void measure(int port, String operation, int count, int rounds) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            End end = new End(socket);
            for (int round = 0; round < rounds; round++) {
                long[] times = new long[operation.equals("request") ? count : 1];
                long start = System.nanoTime();
                switch (operation) {
                    case "request" -> {
                        for (int i = 0; i < count; i++) {
                            long sent = System.nanoTime();
                            end.send(new Workloads.Small(i));
                            end.in.readObject();
                            times[i] = System.nanoTime() - sent;
                        }
                    }
                    case "sink" -> {
                        end.write("sink " + count);
                        for (int i = 0; i < count; i++) {
                            end.write(new Workloads.Small(i));
                        }
                        end.out.flush();
                        end.in.readObject();
                    }
                    case "source" -> {
                        end.send("source " + count);
                        List<Object> received = new ArrayList<>();
                        for (int i = 0; i < count; i++) {
                            received.add(end.in.readObject());
                        }
                    }
                    case "bytes" -> {
                        end.send(new byte[count]);
                        end.in.readObject();
                    }
                    default -> throw new IllegalArgumentException(operation);
                }
                long total = System.nanoTime() - start;
                Arrays.sort(times);
                System.out.printf("{\"seconds\": %.6f", total / 1e9);
                double[] parts = {0.5, 0.9, 0.99, 0.999};
                String[] names = {"p50_us", "p90_us", "p99_us", "p999_us"};
                for (int i = 0; i < parts.length && times.length > 1; i++) {
                    System.out.printf(", \"%s\": %.2f", names[i], times[(int) (times.length * parts[i])] / 1e3);
                }
                System.out.println("}");
            }
        }
    }
}
