package ${package};

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/** A server of ${protocol}: a thread for each client, up to a limit; more clients wait until one has gone. */
public final class ${protocol}Server implements AutoCloseable {
    /** What is done with a message of a client. */
    @FunctionalInterface
    public interface Handler {
        /** The answer, or null for none. An exception ends the conversation with this client. */
        ${protocol}.${sent} handle(${protocol}.${received} message) throws IOException;
    }

    private static final int MAX_CLIENTS = 100;

    private final ServerSocket listener;
    private final Handler handler;
    private final Semaphore places = new Semaphore(MAX_CLIENTS);
    private final Set<Socket> clients = ConcurrentHashMap.newKeySet();

    /** Listens at the address; port 0 takes a free one. Clients are served by {@link #run}. */
    public ${protocol}Server(InetAddress address, int port, Handler handler) throws IOException {
        this.listener = new ServerSocket(port, 50, address);
        this.handler = handler;
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** Serves clients until the server is closed. */
    public void run() throws IOException {
        while (true) {
            places.acquireUninterruptibly();
            Socket client;
            try {
                client = listener.accept();
            } catch (IOException failed) {
                if (listener.isClosed()) {
                    return;
                }
                throw failed;
            }
            clients.add(client);
            Thread thread = new Thread(() -> serve(client), "${protocol} " + client.getRemoteSocketAddress());
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void serve(Socket client) {
        try (client) {
            client.setTcpNoDelay(true);
            DataInputStream in = new DataInputStream(new BufferedInputStream(client.getInputStream()));
            DataOutputStream out = new DataOutputStream(new BufferedOutputStream(client.getOutputStream()));
            ${opening}
            ${protocol}.${received} message = ${protocol}.${read}(in);
            while (message != null) {
                ${after_receiving}
                ${protocol}.${sent} answer = handler.handle(message);
                if (answer != null) {
                    ${before_sending}
                    ${protocol}.${write}(answer, out);
                    out.flush();
                }
                message = ${protocol}.${read}(in);
            }
        } catch (IOException gone) {
            if (!listener.isClosed()) {
                System.getLogger(${protocol}Server.class.getName()).log(System.Logger.Level.INFO, "a client is gone", gone);
            }
        } finally {
            clients.remove(client);
            places.release();
        }
    }

    /** Ends all conversations. */
    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket client : clients) {
            client.close();
        }
    }
}
