package bridge.harness;

import java.lang.reflect.Array;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Short texts that are the same for equal graphs, to find partners among things without an order.
 *
 * <p>Looks a few levels deep only: equal signatures make two keys partners, not yet equal. Each object is
 * looked at once per level, so that graphs built to explode do not.
 */
final class Signatures {
    private static final int LEVELS = 6;
    private static final int LONGEST = 120;

    private final List<Map<Object, String>> known = new ArrayList<>();

    Signatures() {
        for (int level = 0; level <= LEVELS; level++) {
            known.add(new IdentityHashMap<>());
        }
    }

    /** The signature of the graph that starts at an object. */
    String of(Object object) {
        return of(object, LEVELS);
    }

    /**
     * The elements of a set or the entries of a map (each entry an array of key and value) in an order that
     * depends on their values only; of an ordered one as they are.
     */
    List<Object[]> inOrder(Node node) {
        int width = node.kind() == Node.Kind.MAP ? 2 : 1;
        List<Object[]> groups = new ArrayList<>();
        List<Object> elements = node.elements();
        for (int i = 0; i < elements.size(); i += width) {
            groups.add(elements.subList(i, i + width).toArray());
        }
        if (!node.ordered()) {
            Map<Object[], String> signatures = new IdentityHashMap<>();
            for (Object[] group : groups) {
                signatures.put(group, of(group[0]) + (width == 2 ? of(group[1]) : ""));
            }
            groups.sort((a, b) -> signatures.get(a).compareTo(signatures.get(b)));
        }
        return groups;
    }

    private String of(Object object, int level) {
        if (object == null) {
            return "null";
        }
        Map<Object, String> ofThisLevel = known.get(level);
        String signature = ofThisLevel.get(object);
        if (signature == null) {
            signature = compute(object, level);
            ofThisLevel.put(object, signature);
        }
        return signature;
    }

    private String compute(Object object, int level) {
        Node node = Node.of(object);
        StringBuilder text = new StringBuilder(node.kind() == Node.Kind.LAMBDA ? "lambda" : node.type().getName());
        if (node.value() != null) {
            text.append(' ');
            appendValue(text, node.value());
        }
        if (level > 0) {
            for (Node.FieldValue field : node.fields()) {
                text.append(' ').append(field).append('=').append(of(field.value(), level - 1));
            }
            text.append(" [");
            appendElements(text, node, level - 1);
            text.append(']');
        }
        return text.length() <= LONGEST ? text.toString() : text.substring(0, LONGEST / 2) + digest(text);
    }

    private void appendElements(StringBuilder text, Node node, int level) {
        List<String> signatures = new ArrayList<>();
        int width = node.kind() == Node.Kind.MAP ? 2 : 1;
        for (int i = 0; i < node.elements().size(); i += width) {
            String signature = of(node.elements().get(i), level);
            signatures.add(width == 1 ? signature : signature + "=" + of(node.elements().get(i + 1), level));
        }
        if (!node.ordered()) {
            Collections.sort(signatures);
        }
        text.append(String.join(", ", signatures));
    }

    private static void appendValue(StringBuilder text, Object value) {
        if (value.getClass().isArray()) {
            for (int i = 0; i < Array.getLength(value); i++) {
                text.append(Array.get(value, i)).append(' ');
            }
        } else if (value instanceof Date date) {
            text.append(date.getTime());
        } else if (value instanceof Enum<?> constant) {
            text.append(constant.name());
        } else {
            text.append(value);
        }
    }

    private static String digest(CharSequence text) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            // UTF-16, since UTF-8 has no lone surrogates.
            return HexFormat.of().formatHex(sha.digest(text.toString().getBytes(StandardCharsets.UTF_16BE)));
        } catch (NoSuchAlgorithmException e) {
            throw new LinkageError("every JDK has SHA-256", e);
        }
    }
}
