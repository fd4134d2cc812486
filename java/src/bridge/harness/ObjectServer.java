package bridge.harness;

import bridge.Channel;
import bridge.Listener;
import bridge.cases.Cases;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;

/**
 * Answers every object with another, for many peers at once: a thread with a deep stack for each.
 *
 * <p>Every {@value #RESET_EVERY} answers the stream is reset, so that a long conversation needs no more memory
 * than a short one; the peer sees to its own stream in the same way.
 */
final class ObjectServer implements AutoCloseable {
    private static final int RESET_EVERY = 1000;

    /** Computes the answer to one object. */
    @FunctionalInterface
    interface Handler {
        Object answer(Object received) throws Exception;
    }

    private final Listener listener;
    private final Handler handler;

    private ObjectServer(Listener listener, Handler handler) {
        this.listener = listener;
        this.handler = handler;
    }

    /** Starts a server on the loopback interface; port 0 lets the system choose. */
    static ObjectServer start(int port, Handler handler) throws IOException {
        return start(Listener.listen("127.0.0.1", port), handler);
    }

    /** Starts a server where {@code listener} listens, which belongs to it from now on. */
    static ObjectServer start(Listener listener, Handler handler) {
        Cases.all();    // Defines the case class whose name no class file can have.
        ObjectServer server = new ObjectServer(listener, handler);
        Thread accepting = new Thread(server::acceptAll, "accept");
        accepting.setDaemon(true);
        accepting.start();
        return server;
    }

    /** For the main methods: starts at the port in the arguments or a free one, prints the port, serves on. */
    static void run(String[] args, Handler handler) throws IOException, InterruptedException {
        try (ObjectServer server = start(args.length > 0 ? Integer.parseInt(args[0]) : 0, handler)) {
            System.out.println(server.port());
            Thread.currentThread().join();
        }
    }

    int port() {
        return listener.address().getPort();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }

    private void acceptAll() {
        while (true) {
            try {
                Channel channel = listener.accept();
                DeepStack.start("peer", () -> serve(channel));
            } catch (IOException e) {
                if (listener.isClosed()) {
                    return;
                }
                System.err.println("accepting failed: " + e);
            }
        }
    }

    private void serve(Channel channel) {
        try (channel) {
            for (long answers = 1; ; answers++) {
                channel.send(handler.answer(channel.receive()));
                if (answers % RESET_EVERY == 0) {
                    channel.reset();
                }
            }
        } catch (EOFException | SocketException | ClosedChannelException end) {
            return;
        } catch (Exception | StackOverflowError | OutOfMemoryError e) {
            System.err.println("conversation broken off:");
            e.printStackTrace();
        }
    }
}
