package bridge.harness;

import bare.BareClient;
import bridge.Channel;
import bridge.Datagrams;
import bridge.Listener;
import bridge.cases.Cases;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.NotSerializableException;
import java.io.ObjectInputFilter;
import java.io.Serializable;
import java.io.WriteAbortedException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;

/**
 * Tests the Java side with Java alone: every case against itself, damaged graphs against the comparison, the servers
 * against the clients. Exits with 1 if anything failed.
 */
public final class SelfTest {
    private int checks;
    private int failures;

    private SelfTest() {
    }

    /** Runs all tests. */
    public static void main(String[] args) throws Exception {
        Node.requireAccess();
        SelfTest test = new SelfTest();
        DeepStack.call(() -> {
            test.everyCaseVerifies();
            test.damageIsReported();
            test.sameGraphsAreNoDifference();
            test.descriptions();
            test.channels();
            test.servers();
            test.harness();
            return null;
        });
        System.out.println(test.checks + " checks, " + test.failures + " failed, on JDK "
                + System.getProperty("java.version"));
        System.exit(test.failures == 0 ? 0 : 1);
    }

    private void check(String what, Callable<String> failure) {
        checks++;
        String message;
        try {
            message = failure.call();
        } catch (Exception | StackOverflowError | OutOfMemoryError e) {
            e.printStackTrace();
            message = e.toString();
        }
        if (message != null) {
            failures++;
            System.out.println("FAILED " + what + ": " + message);
        }
    }

    private static String equal(Object expected, Object actual) {
        return expected.equals(actual) ? null : "expected " + expected + ", but was " + actual;
    }

    private void everyCaseVerifies() {
        for (String name : Exchange.names(List.of())) {
            check(name, () -> {
                byte[] stream = Exchange.write(name);
                if (!Arrays.equals(stream, Exchange.write(name))) {
                    return "not the same bytes each time";
                }
                return Exchange.verify(name, stream).orElse(null);
            });
        }
        check("more than 150 cases", () -> Cases.all().names().size() > 150 ? null : "too few");
        check("cases differ", this::casesDiffer);
    }

    /** Compares each case with the one before: what is reported as the same would hide any fault. */
    private String casesDiffer() throws Exception {
        Object before = new Object[] {"nothing is like this"};
        for (String name : Cases.all().names()) {
            Object object = Cases.all().make(name);
            if (GraphCompare.firstDifference(before, object).isEmpty()) {
                return name + " is the same as the case before it";
            }
            before = object;
        }
        return null;
    }

    private void damaged(String expectedMessage, Object expected, Object actual) {
        check("damage: " + expectedMessage, () -> {
            Optional<String> difference = GraphCompare.firstDifference(expected, actual);
            if (difference.isEmpty()) {
                return "not noticed";
            }
            return difference.get().contains(expectedMessage) ? null : "reported as: " + difference.get();
        });
    }

    /** Something with fields. */
    @SuppressWarnings("serial")
    private static class Pair implements Serializable {
        private static final long serialVersionUID = 1;
        private final Object first;
        private final transient Object second;
        private int number;

        Pair(Object first, Object second) {
            this.first = first;
            this.second = second;
        }
    }

    private static List<Object> list(Object... elements) {
        return new ArrayList<>(Arrays.asList(elements));
    }

    private static String fresh(String text) {
        return new StringBuilder(text).toString();
    }

    private void damageIsReported() {
        damaged("$: expected null, but was", null, 1);
        damaged("but was null", 1, null);
        damaged("expected java.lang.Integer \"1\", but was java.lang.Long \"1\"", 1, 1L);
        damaged("java.lang.Integer \"2\"", 1, 2);
        damaged("\"-0.0\"", 0.0, -0.0);
        damaged("$[1]: expected string \"b\", but was string \"c\"", list("a", "b"), list("a", "c"));
        damaged("java.util.LinkedList", list(1), new LinkedList<>(list(1)));
        damaged("of 2 elements", list(1), list(1, 2));
        damaged("int[] of length 2, which differs", new int[] {1, 2}, new int[] {1, 3});
        damaged("float[]", new float[] {0f}, new float[] {-0f});
        damaged("double[]", new double[] {0}, new double[] {-0.0});
        damaged("java.lang.String[]", new Object[] {"a"}, new String[] {"a"});
        damaged("differs in value from index 100", "a".repeat(100) + "x".repeat(100),
                "a".repeat(100) + "y" + "x".repeat(99));
        damaged("$.Pair.first: ", new Pair("ab", 1), new Pair("ac", 1));
        damaged("$.Pair.second[0]: ", new Pair(1, list(2)), new Pair(1, list(3)));
        Pair numbered = new Pair(1, 2);
        numbered.number = 5;
        damaged("$.Pair.number: ", new Pair(1, 2), numbered);

        Object shared = list("shared");
        String text = fresh("text");
        damaged("sharing lost: must be the object at $[0]", list(shared, shared), list(shared, list("shared")));
        damaged("sharing gained: must be an object of its own, but is the one at $[0]",
                list(shared, list("shared")), list(shared, shared));
        damaged("sharing lost", list(text, text), list(text, fresh(text)));
        damaged("sharing gained", list(text, fresh(text)), list(text, text));
        damaged("sharing gained", new Pair(list(), list()), new Pair(shared = list(), shared));

        List<Object> cyclic = list();
        cyclic.add(cyclic);
        damaged("sharing lost", cyclic, list(cyclic));
        damaged("sharing lost", cyclic, list(list()));

        Map<Object, Object> keys = new HashMap<>(Map.of(1, "a", 1L, "b"));
        damaged("holds other elements or keys", keys, new HashMap<>(Map.of(1, "a", 2L, "b")));
        damaged("[java.lang.Long \"1\"]: expected string \"b\"", keys, new HashMap<>(Map.of(1, "a", 1L, "c")));
        damaged("$[string \"k\"][0]", new HashMap<>(Map.of("k", list(1))), new HashMap<>(Map.of("k", list(2))));
        Map<Object, Object> ordered = new LinkedHashMap<>();
        ordered.put("a", 1);
        ordered.put("b", 2);
        Map<Object, Object> reordered = new LinkedHashMap<>();
        reordered.put("b", 2);
        reordered.put("a", 1);
        damaged("string \"a\", but was string \"b\"", ordered, reordered);
        damaged("TreeMap.comparator", new TreeMap<String, Object>(), new TreeMap<>(String.CASE_INSENSITIVE_ORDER));
        damaged("LinkedHashMap.accessOrder", new LinkedHashMap<>(), new LinkedHashMap<>(16, 0.75f, true));
        damaged("HashMap.loadFactor", new HashMap<>(), new HashMap<>(16, 0.5f));
        Object key = list("key");
        damaged("sharing lost", list(key, new HashMap<>(Map.of(key, 1))), list(key, new HashMap<>(Map.of(list("key"), 1))));

        Exception exception = new Exception("message", new Error("cause"));
        Exception other = new Exception("message", new Error("other cause"));
        other.setStackTrace(exception.getStackTrace());
        other.getCause().setStackTrace(exception.getCause().getStackTrace());
        damaged("$.Throwable.cause.Throwable.detailMessage", exception, other);
        Exception traced = new Exception("message");
        traced.setStackTrace(new StackTraceElement[0]);
        damaged("stack trace", new Exception("message"), traced);

        for (String name : List.of("custom/block-255", "proxy/one-interface", "lambda/capturing-int", "time/calendar",
                "deep/linked-nodes-100000", "deep/nested-array-lists-50000", "graph/doubling-30")) {
            damaged("sharing gained", list(Cases.all().make(name), Cases.all().make(name)),
                    twice(Cases.all().make(name)));
        }
    }

    private static List<Object> twice(Object object) {
        return list(object, object);
    }

    private void sameGraphsAreNoDifference() {
        Map<Object, Object[]> pairs = new LinkedHashMap<>();
        pairs.put("boxes are compared by value",
                new Object[] {twice(Integer.valueOf(1000)), list(Integer.parseInt("1000"), Integer.parseInt("1000"))});
        pairs.put("one-character strings too", new Object[] {twice(fresh("a")), list(fresh("a"), fresh("a"))});
        Object first = new Pair(1, 1);
        Object second = new Pair(2, 2);
        pairs.put("keys by identity are matched by content", new Object[] {
            new HashMap<>(Map.of(first, "a", second, "b")),
            new HashMap<>(Map.of(new Pair(2, 2), "b", new Pair(1, 1), "a"))});
        pairs.forEach((what, pair) ->
                check(what.toString(), () -> GraphCompare.firstDifference(pair[0], pair[1]).orElse(null)));
    }

    private void descriptions() {
        String jdk = "{\"jdk\":\"" + System.getProperty("java.version") + "\",";
        check("describe null", () -> equal(jdk + "\"root\":null,\"nodes\":[\n]}\n", Describe.describe(null)));
        List<Object> cyclic = list(1, "\ud800\n", null, 1);
        cyclic.add(cyclic);
        check("describe a cycle", () -> equal(jdk + "\"root\":0,\"nodes\":[\n"
                + "{\"id\":0,\"class\":\"java.util.ArrayList\",\"kind\":\"list\",\"fields\":[],"
                + "\"elements\":[1,2,null,1,0]},\n"
                + "{\"id\":1,\"class\":\"java.lang.Integer\",\"kind\":\"box\",\"value\":1},\n"
                + "{\"id\":2,\"class\":\"java.lang.String\",\"kind\":\"string\",\"value\":\"\\ud800\\u000a\"}\n]}\n",
                Describe.describe(cyclic)));
        for (String name : Exchange.names(List.of())) {
            check("describe " + name, () -> equal(Exchange.describe(name), Exchange.describe(name)));
        }
    }

    private void channels() throws Exception {
        try (Listener listener = Listener.listen("127.0.0.1", 0,
                ObjectInputFilter.Config.createFilter("java.util.**;!bridge.**"));
                Channel one = Channel.connect("127.0.0.1", listener.address().getPort());
                Channel other = listener.accept()) {
            check("a channel carries objects", () -> {
                one.send(list(1, "two"));
                return equal(list(1, "two"), other.receive());
            });
            check("the other way", () -> {
                other.send("back");
                return equal("back", one.receive());
            });
            check("after a reset", () -> {
                List<Object> list = list("a");
                one.send(list);
                Object before = other.receive();
                list.add("b");
                one.reset();
                one.send(list);
                return before.equals(list("a")) ? equal(list, other.receive()) : "the first was " + before;
            });
            check("the filter is asked", () -> {
                one.send(Cases.all().make("bean/point"));
                try {
                    return "let through " + other.receive();
                } catch (InvalidClassException rejected) {
                    return null;
                }
            });
        }
        try (Listener listener = Listener.listen("127.0.0.1", 0);
                Channel one = Channel.connect("127.0.0.1", listener.address().getPort());
                Channel other = listener.accept()) {
            check("what cannot be sent is told to both sides", () -> {
                try {
                    one.send(list(1, new Object()));
                    return "was sent";
                } catch (NotSerializableException refused) {
                    one.send("after");
                }
                try {
                    return "received " + other.receive();
                } catch (WriteAbortedException aborted) {
                    return equal("after", other.receive());
                }
            });
        }
        Path path = Files.createTempDirectory("bridge").resolve("socket");
        try (Listener listener = Listener.listen(path);
                Channel one = Channel.connect(path);
                Channel other = listener.accept()) {
            check("a Unix domain socket carries objects while another thread waits", () -> {
                Thread echo = new Thread(() -> {
                    try {
                        other.send(other.receive());
                    } catch (IOException | ClassNotFoundException e) {
                        e.printStackTrace();
                    }
                });
                echo.start();
                return equal(list(1, "two"), one.request(list(1, "two")));
            });
        }
        check("the file of a Unix domain socket is deleted", () -> Files.exists(path) ? path + " is there" : null);
        Files.delete(path.getParent());
        try (Datagrams there = Datagrams.listen("127.0.0.1", 0, null);
                Datagrams here = Datagrams.connect("127.0.0.1", there.port(), null, 20_000)) {
            check("datagrams carry objects", () -> {
                here.send(list(1, "two"));
                Object received = there.receive();
                there.send("back");
                return received.equals(list(1, "two")) ? equal("back", here.receive()) : "received " + received;
            });
        }
        check("no transport is made of an unknown kind", () -> {
            try {
                return Ends.serve("raw://127.0.0.1", List.of(), received -> received);
            } catch (IllegalArgumentException refused) {
                return refused.getMessage().contains("no transport of the kind raw") ? null : refused.getMessage();
            }
        });
        try (Listener listener = Listener.listen("127.0.0.1", 0)) {
            Channel one = Channel.connect("127.0.0.1", listener.address().getPort());
            try (Channel other = listener.accept()) {
                one.send("last");
                one.close();
                check("before the end of a channel", () -> equal("last", other.receive()));
                check("the end of a channel", () -> {
                    try {
                        return "received " + other.receive();
                    } catch (EOFException end) {
                        return null;
                    }
                });
            }
        }
    }

    private void servers() throws Exception {
        try (ObjectServer server = ObjectServer.start(0, received -> received)) {
            Client client = new Client(server.port(), line -> check(line, () -> line.startsWith("ok") ? null : line));
            client.run(Cases.all().names());
            BareClient.talk(server.port());
            check("3000 requests on one connection", () -> {
                try (Channel channel = Channel.connect("127.0.0.1", server.port())) {
                    for (int i = 0; i < 3000; i++) {
                        if (!channel.request(list(i)).equals(list(i))) {
                            return "wrong reply to " + i;
                        }
                    }
                }
                return null;
            });
        }
        try (ObjectServer server = ObjectServer.start(0, received -> {
            throw new IllegalStateException("an expected failure");
        })) {
            check("a client that gets no answer reports it", () -> {
                List<String> report = new ArrayList<>();
                int failed = new Client(server.port(), report::add).run(List.of("box/integer-max"));
                return equal(1, failed);
            });
        }
        try (ObjectServer server = ObjectServer.start(0, AnswerServer::answer);
                Channel channel = Channel.connect("127.0.0.1", server.port())) {
            answers(channel, 6L, Map.of("request", "sum", "argument", list(1, 2L, (short) 3)));
            answers(channel, 3.5, list("sum", list(1, 2.5)));
            answers(channel, ArrayList.class, list("class", list()));
            answers(channel, "cba", list("reverse", "abc"));
            answers(channel, Integer.MAX_VALUE, list("make", "box/integer-max"));
            answers(channel, new ArrayList<>(Cases.all().names()), "list");
            check("an unknown request", () -> equal(IllegalArgumentException.class, channel.request("?").getClass()));
        }
    }

    private void harness() throws Exception {
        byte[] five = Serialization.toBytes(5);
        byte[] max = Exchange.write("box/integer-max");
        ByteArrayOutputStream requests = new ByteArrayOutputStream();
        for (Object part : new Object[] {
            "verify box/integer-max " + max.length + "\n", max,
            "verify box/integer-max " + five.length + "\n", five,
            "verify box/integer-max 3\n", new byte[] {1, 2, 3},
            "verify nothing " + five.length + "\n", five,
            "equals box/integer-max " + max.length + "\n", max,
            "reserialize " + five.length + "\n", five,
            "verify\n", "verify x -1\n", "no such request\n", "\n", "write\n", "write nothing\n", "list class/ext\n",
            "stop\n", "list\n"}) {
            requests.write(part instanceof String text ? text.getBytes(StandardCharsets.US_ASCII) : (byte[]) part);
        }
        ByteArrayOutputStream replies = new ByteArrayOutputStream();
        Harness.serve(new ByteArrayInputStream(requests.toByteArray()), replies);
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(replies.toByteArray()));
        for (String expected : new String[] {"ok ", "fail $: expected java.lang.Integer \"2147483647\", but was",
            "fail java.io.", "fail java.lang.IllegalArgumentException: no case is named nothing", "ok ",
            "ok " + new String(five, StandardCharsets.ISO_8859_1),
            "fail verify needs", "fail verify needs", "fail no request is named no", "fail no request", "fail java.lang.", "fail java.lang.",
            "fail java.lang.IllegalArgumentException: no case is named class/ext", "ok "}) {
            check("harness reply " + expected, () -> {
                StringBuilder line = new StringBuilder();
                for (int c = in.read(); c != '\n'; c = in.read()) {
                    line.append((char) c);
                }
                String[] words = line.toString().split(" ");
                byte[] content = in.readNBytes(Integer.parseInt(words[1]));
                String reply = words[0] + " " + new String(content, StandardCharsets.ISO_8859_1);
                return reply.startsWith(expected) ? null : "was " + reply;
            });
        }
        check("nothing after stop", () -> equal(-1, in.read()));
    }

    private void answers(Channel channel, Object expected, Object request) {
        check("answer to " + request, () -> equal(expected, channel.request(request)));
    }
}
