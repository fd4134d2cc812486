package bridge.harness;

import bridge.cases.Cases;
import bridge.cases.StreamCases;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the programs here do with a case by name, be it one object or a stream of several contents. */
final class Exchange {
    private Exchange() {
    }

    /** The names of cases and of stream cases that the selectors choose, see {@link Cases#names(List)}. */
    static List<String> names(List<String> selectors) {
        List<String> names = new ArrayList<>();
        if (selectors.isEmpty()) {
            names.addAll(Cases.all().names());
            names.addAll(StreamCases.all().names());
        }
        for (String selector : selectors) {
            if (selector.equals("stream/")) {
                names.addAll(StreamCases.all().names());
            } else if (isStream(selector)) {
                names.add(selector);
            } else {
                names.addAll(Cases.all().names(List.of(selector)));
            }
        }
        return names;
    }

    /** The case as a complete stream. */
    static byte[] write(String name) throws IOException {
        return isStream(name) ? StreamCases.all().make(name).write() : Serialization.toBytes(Cases.all().make(name));
    }

    /** What Java reads from a stream of the case: the object, or the list of contents. */
    static Object read(String name, byte[] stream) throws IOException, ClassNotFoundException {
        return isStream(name) ? StreamCases.all().make(name).read(stream) : Serialization.fromBytes(stream);
    }

    /** The first difference between what Java reads from its own stream of the case and from another. */
    static Optional<String> verify(String name, byte[] stream) throws IOException, ClassNotFoundException {
        return GraphCompare.firstDifference(read(name, write(name)), read(name, stream));
    }

    /** The text of what Java reads from its own stream of the case. */
    static String describe(String name) throws IOException, ClassNotFoundException {
        return Describe.describe(read(name, write(name)));
    }

    private static boolean isStream(String name) {
        return name.startsWith("stream/");
    }
}
