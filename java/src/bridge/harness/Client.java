package bridge.harness;

import bridge.Channel;
import bridge.Conversation;
import bridge.cases.Cases;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Drives an echo server, such as one in Python: sends each case, receives the echo, and compares it at every node
 * with what Java itself makes of the case.
 */
public final class Client {
    private final Connector connector;
    private final Consumer<String> report;
    private Conversation conversation;

    /** Begins a conversation. */
    @FunctionalInterface
    interface Connector {
        Conversation connect() throws IOException, GeneralSecurityException;
    }

    Client(int port, Consumer<String> report) {
        this(() -> Channel.connect("127.0.0.1", port), report);
    }

    Client(Connector connector, Consumer<String> report) {
        this.connector = connector;
        this.report = report;
    }

    /** {@code Client PORT [NAME | GROUP/]...}: prints a line for each case; exits with 1 if one failed. */
    public static void main(String[] args) throws Exception {
        Node.requireAccess();
        List<String> selectors = Arrays.asList(args).subList(1, args.length);
        Client client = new Client(Integer.parseInt(args[0]), System.out::println);
        int failures = DeepStack.call(() -> client.run(Cases.all().names(selectors)));
        System.exit(failures == 0 ? 0 : 1);
    }

    /** Exchanges the cases, all over one connection unless it breaks; returns how many failed. */
    int run(List<String> names) throws IOException {
        int failures = 0;
        for (String name : names) {
            String failure = exchange(name);
            report.accept(failure == null ? "ok " + name : "fail " + name + ": " + failure);
            failures += failure == null ? 0 : 1;
        }
        disconnect();
        return failures;
    }

    private String exchange(String name) throws IOException {
        try {
            if (conversation == null) {
                conversation = connector.connect();
            }
            Object reply = conversation.request(Cases.all().make(name));
            conversation.reset();
            Object expected = Serialization.roundTrip(Cases.all().make(name));
            Optional<String> difference = GraphCompare.firstDifference(expected, reply);
            return difference.orElse(null);
        } catch (Exception | StackOverflowError | OutOfMemoryError e) {
            // Nobody knows where in the stream the two sides stand: the next case starts afresh.
            disconnect();
            return e.toString();
        }
    }

    private void disconnect() throws IOException {
        if (conversation != null) {
            conversation.close();
            conversation = null;
        }
    }
}
