package bridge.harness;

import bare.BareClient;
import bare.BareServer;
import bridge.Channel;
import bridge.cases.Cases;
import bridge.cases.StreamCases;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * One JVM that does many things for a test suite, driven over its standard input and output.
 *
 * <p>A request is a line of words; where it takes a stream, the last word is the number of bytes that follow the line.
 * A reply is the line {@code ok LENGTH} or {@code fail LENGTH} and that many bytes: the result, or what went wrong.
 * {@code java/README.md} has the table of requests. Nothing else comes out of standard output: what anybody
 * prints goes to standard error. The JVM ends at {@code stop}, and when standard input ends.
 */
public final class Harness {
    private static final Set<String> TAKING_BYTES =
            Set.of("verify", "equals", "describe", "reserialize", "filter", "filter-asked");
    private static final byte[] NOTHING = {};

    private final DataInputStream requests;
    private final OutputStream replies;

    private Harness(DataInputStream requests, OutputStream replies) {
        this.requests = requests;
        this.replies = replies;
    }

    /** Serves the requests on standard input until {@code stop}. */
    public static void main(String[] args) throws IOException {
        Node.requireAccess();
        OutputStream replies = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out));
        System.setOut(System.err);
        serve(System.in, replies);
        System.exit(0);
    }

    /** Serves the requests of an input until {@code stop} or its end. */
    static void serve(InputStream requests, OutputStream replies) throws IOException {
        new Harness(new DataInputStream(new BufferedInputStream(requests)), replies).serve();
    }

    /** The request failed for a reason that needs no stack trace. */
    private static final class Refusal extends Exception {
        private static final long serialVersionUID = 1;

        Refusal(String message) {
            super(message);
        }
    }

    private void serve() throws IOException {
        while (true) {
            String line = readLine();
            if (line == null) {
                return;
            }
            List<String> words = Arrays.asList(line.trim().split(" +"));
            String verb = words.get(0);
            List<String> arguments = words.subList(1, words.size());
            byte[] stream = NOTHING;
            if (TAKING_BYTES.contains(verb)) {
                int length = lengthIn(words);
                if (length < 0) {
                    reply("fail", verb + " needs the number of bytes that follow as its last word");
                    continue;
                }
                stream = requests.readNBytes(length);
                if (stream.length < length) {
                    return;
                }
                arguments = words.subList(1, words.size() - 1);
            }
            answer(verb, arguments, stream);
            if (verb.equals("stop")) {
                return;
            }
        }
    }

    /** The length at the end of a request, or -1 if none is there. */
    private static int lengthIn(List<String> words) {
        try {
            return Integer.parseInt(words.get(words.size() - 1));
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private void answer(String verb, List<String> arguments, byte[] stream) throws IOException {
        byte[] result;
        try {
            result = DeepStack.call(() -> perform(verb, arguments, stream));
        } catch (Refusal e) {
            reply("fail", e.getMessage());
            return;
        } catch (Throwable e) {
            reply("fail", trace(e));
            return;
        }
        reply("ok", result);
    }

    private static byte[] perform(String verb, List<String> arguments, byte[] stream) throws Exception {
        switch (verb) {
            case "list":
                return lines(Cases.all().names(arguments));
            case "list-streams":
                return lines(StreamCases.all().names());
            case "write":
                return Exchange.write(arguments.get(0));
            case "verify":
                refuseIf(Exchange.verify(arguments.get(0), stream));
                return NOTHING;
            case "equals":
                refuseIf(inequality(Cases.all().make(arguments.get(0)), Serialization.fromBytes(stream)));
                return NOTHING;
            case "expect":
                return text(Exchange.describe(arguments.get(0)));
            case "describe":
                return text(Describe.describe(Serialization.fromBytes(stream)));
            case "reserialize":
                return Serialization.toBytes(Serialization.fromBytes(stream));
            case "filter":
                return text(Filters.decide(stream));
            case "filter-asked":
                return text(Filters.asked(stream));
            case "echo-server":
                return text(ObjectServer.start(0, received -> received).port());
            case "answer-server":
                return text(ObjectServer.start(0, AnswerServer::answer).port());
            case "bare-server":
                return text(startBareServer());
            case "client":
                int port = Integer.parseInt(arguments.get(0));
                return drive(() -> Channel.connect("127.0.0.1", port), arguments.subList(1, arguments.size()));
            case "bare-client":
                BareClient.talk(Integer.parseInt(arguments.get(0)));
                return NOTHING;
            case "serve":
                return text(Ends.serve(arguments.get(0), options(arguments), received -> received));
            case "talk":
                return drive(() -> Ends.connect(arguments.get(0), options(arguments)),
                        arguments.stream().skip(1).filter(word -> !isOption(word)).toList());
            case "memory":
                return text(usedHeap());
            case "version":
                return text(System.getProperty("java.version"));
            case "stop":
                return NOTHING;
            default:
                throw new Refusal("no request is named " + verb);
        }
    }

    private static void refuseIf(Optional<String> difference) throws Refusal {
        if (difference.isPresent()) {
            throw new Refusal(difference.get());
        }
    }

    /** Compares by Java's own equals, of arrays at every depth; sharing does not count. */
    private static Optional<String> inequality(Object expected, Object actual) {
        boolean same = expected == null || actual == null
                ? expected == actual
                : expected.getClass() == actual.getClass() && Objects.deepEquals(expected, actual);
        return same ? Optional.empty()
                : Optional.of("expected " + Node.summary(expected) + ", but was " + Node.summary(actual)
                + GraphCompare.firstDifference(expected, actual).map(difference -> "; at " + difference).orElse(""));
    }

    private static int startBareServer() throws IOException {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        DeepStack.start("bare server", () -> {
            try (server) {
                BareServer.serve(server);
            } catch (IOException | ClassNotFoundException e) {
                e.printStackTrace();
            }
        });
        return server.getLocalPort();
    }

    private static boolean isOption(String word) {
        return word.indexOf('=') >= 0;
    }

    /** The words after an address that are options. */
    private static List<String> options(List<String> arguments) {
        return arguments.stream().skip(1).filter(Harness::isOption).toList();
    }

    private static byte[] drive(Client.Connector connector, List<String> selectors) throws IOException, Refusal {
        StringBuilder report = new StringBuilder();
        Client client = new Client(connector, line -> report.append(line).append('\n'));
        int failures = client.run(Cases.all().names(selectors));
        if (failures > 0) {
            throw new Refusal(report.toString());
        }
        return text(report);
    }

    private static long usedHeap() throws InterruptedException {
        Runtime runtime = Runtime.getRuntime();
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(20);
        }
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static byte[] lines(List<String> lines) {
        return text(String.join("\n", lines) + "\n");
    }

    private static byte[] text(Object value) {
        return value.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String trace(Throwable e) {
        StringWriter text = new StringWriter();
        e.printStackTrace(new PrintWriter(text));
        // A stack overflow repeats itself a thousand times.
        return text.toString().lines().limit(60).reduce("", (all, line) -> all + line + "\n");
    }

    private String readLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try {
            for (byte b = requests.readByte(); b != '\n'; b = requests.readByte()) {
                line.write(b);
            }
        } catch (EOFException end) {
            return null;
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    private void reply(String outcome, String text) throws IOException {
        reply(outcome, text(text));
    }

    private void reply(String outcome, byte[] bytes) throws IOException {
        replies.write((outcome + " " + bytes.length + "\n").getBytes(StandardCharsets.US_ASCII));
        replies.write(bytes);
        replies.flush();
    }
}
