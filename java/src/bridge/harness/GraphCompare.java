package bridge.harness;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Compares two object graphs at every node: class, value, and which references lead to the same object.
 *
 * <p>Iterative: the depth of a graph does not matter. Sharing is compared as a one-to-one relation between the
 * objects of both graphs. It does not count for boxes, enum constants, Class objects and strings shorter than
 * two characters: those are compared by value.
 */
final class GraphCompare {
    private static final int STEPS_SHOWN = 24;

    /** A pair of places that correspond, and how they were reached. */
    private record Step(Object expected, Object actual, Step from, String label) {
    }

    private final Deque<Step> open = new ArrayDeque<>();
    private final Map<Object, Step> byExpected = new IdentityHashMap<>();
    private final Map<Object, Step> byActual = new IdentityHashMap<>();
    private final Signatures signatures = new Signatures();

    private GraphCompare() {
    }

    /** The first difference, with the path to it; empty if the graphs are the same. */
    static Optional<String> firstDifference(Object expected, Object actual) {
        return new GraphCompare().compare(expected, actual);
    }

    private Optional<String> compare(Object expected, Object actual) {
        open.add(new Step(expected, actual, null, "$"));
        while (!open.isEmpty()) {
            Step step = open.remove();
            String difference = differenceAt(step);
            if (difference != null) {
                return Optional.of(path(step) + ": " + difference);
            }
        }
        return Optional.empty();
    }

    private String differenceAt(Step step) {
        Object expected = step.expected;
        Object actual = step.actual;
        if (expected == null || actual == null) {
            return expected == actual ? null : expectedButWas(expected, actual);
        }
        Step known = byExpected.get(expected);
        if (known != null) {
            return known.actual == actual ? null
                    : "sharing lost: must be the object at " + path(known) + ", but is another "
                    + Node.summary(actual);
        }
        Node one = Node.of(expected);
        Node other = Node.of(actual);
        if (one.kind() != other.kind() || one.type() != other.type() && one.kind() != Node.Kind.LAMBDA) {
            return expectedButWas(expected, actual);
        }
        if (!one.kind().byValue() && !isShort(expected)) {
            known = byActual.get(actual);
            if (known != null) {
                return "sharing gained: must be an object of its own, but is the one at " + path(known) + ", "
                        + Node.summary(actual);
            }
            byExpected.put(expected, step);
            byActual.put(actual, step);
        }
        if (!Node.sameValue(one, other)) {
            return one.kind() == Node.Kind.THROWABLE
                    ? "stack trace expected " + one.value() + ", but was " + other.value()
                    : expectedButWas(expected, actual);
        }
        if (one.elements().size() != other.elements().size()) {
            return expectedButWas(expected, actual);
        }
        for (int i = 0; i < one.fields().size(); i++) {
            Node.FieldValue field = one.fields().get(i);
            open.add(new Step(field.value(), other.fields().get(i).value(), step, "." + field));
        }
        return one.ordered() && one.kind() != Node.Kind.MAP
                ? pairByPosition(step, one, other) : pairByValue(step, one, other);
    }

    private static boolean isShort(Object object) {
        return object instanceof String text && text.length() < 2;
    }

    private String pairByPosition(Step step, Node one, Node other) {
        for (int i = 0; i < one.elements().size(); i++) {
            open.add(new Step(one.elements().get(i), other.elements().get(i), step, "[" + i + "]"));
        }
        return null;
    }

    /** Pairs the elements of sets and the entries of maps. */
    private String pairByValue(Step step, Node one, Node other) {
        List<Object[]> expected = signatures.inOrder(one);
        List<Object[]> actual = signatures.inOrder(other);
        for (int i = 0; i < expected.size(); i++) {
            Object[] must = expected.get(i);
            Object[] is = actual.get(i);
            if (!one.ordered() && !signatures.of(must[0]).equals(signatures.of(is[0]))) {
                return "holds other elements or keys: of those in the order of their values, number " + i
                        + " " + expectedButWas(must[0], is[0]);
            }
            String label = Node.summary(must[0]);
            open.add(new Step(must[0], is[0], step, "{" + label + "}"));
            if (must.length == 2) {
                open.add(new Step(must[1], is[1], step, "[" + label + "]"));
            }
        }
        return null;
    }

    private static String expectedButWas(Object expected, Object actual) {
        String must = Node.summary(expected);
        String is = Node.summary(actual);
        String hint = "";
        if (must.equals(is)) {
            hint = ", which differs in value";
            Object where = firstUnequalElement(expected, actual);
            if (where != null) {
                hint += " from index " + where;
            }
        }
        return "expected " + must + ", but was " + is + hint;
    }

    private static Object firstUnequalElement(Object expected, Object actual) {
        if (expected instanceof String one && actual instanceof String other) {
            for (int i = 0; i < Math.min(one.length(), other.length()); i++) {
                if (one.charAt(i) != other.charAt(i)) {
                    return i;
                }
            }
        }
        return null;
    }

    private static String path(Step step) {
        Deque<String> labels = new ArrayDeque<>();
        int length = 0;
        for (Step at = step; at != null; at = at.from) {
            length++;
            if (labels.size() < STEPS_SHOWN) {
                labels.addFirst(at.label);
            }
        }
        String shown = String.join("", labels);
        return length <= STEPS_SHOWN ? shown : "$...(" + (length - STEPS_SHOWN) + " more steps)..." + shown;
    }
}
