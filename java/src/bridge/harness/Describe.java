package bridge.harness;

import java.lang.reflect.Array;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Date;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * The canonical text of an object graph: JSON in ASCII, one line per object.
 *
 * <pre>
 * {"jdk":"17.0.15","root":0,"nodes":[
 * {"id":0,"class":"java.util.ArrayList","kind":"list","fields":[],"elements":[1,2,null]},
 * {"id":1,"class":"java.lang.Integer","kind":"box","value":5},
 * {"id":2,"class":"java.lang.String","kind":"string","value":"x"}
 * ]}
 * </pre>
 *
 * <p>A reference is the id of a node, or null. Ids count from 0 in the order in which the objects are first met,
 * breadth first; sets and maps without an order are sorted by value. Boxes, enum constants, Class objects and
 * strings shorter than two characters are one node per value. Kinds are those of {@link Node.Kind} in lower case.
 * Floating point numbers are strings in the form of {@code Double.toString}, characters are strings, a
 * {@code byte[]} is a string of hexadecimal digits. {@code java/README.md} lists what each kind of node has.
 */
final class Describe {
    private final Map<Object, Integer> ids = new IdentityHashMap<>();
    private final Map<Object, Integer> idsByValue = new HashMap<>();
    private final Deque<Object> open = new ArrayDeque<>();
    private final Signatures signatures = new Signatures();
    private final StringBuilder text = new StringBuilder();

    private Describe() {
    }

    /** The text of the graph that starts at an object. */
    static String describe(Object root) {
        return new Describe().run(root);
    }

    private String run(Object root) {
        text.append("{\"jdk\":");
        Json.appendQuoted(text, System.getProperty("java.version"));
        text.append(",\"root\":");
        appendReference(root);
        text.append(",\"nodes\":[");
        for (int id = 0; !open.isEmpty(); id++) {
            text.append(id == 0 ? "\n" : ",\n");
            appendNode(id, Node.of(open.remove()));
        }
        return text.append("\n]}\n").toString();
    }

    private void appendReference(Object object) {
        if (object == null) {
            text.append("null");
            return;
        }
        boolean byValue = object instanceof Number && Node.of(object).kind().byValue()
                || object instanceof Boolean || object instanceof Character
                || object instanceof String string && string.length() < 2;
        Map<Object, Integer> known = byValue ? idsByValue : ids;
        Integer id = known.get(object);
        if (id == null) {
            id = ids.size() + idsByValue.size();
            known.put(object, id);
            open.add(object);
        }
        text.append(id.intValue());
    }

    private void appendNode(int id, Node node) {
        text.append("{\"id\":").append(id).append(",\"class\":");
        Json.appendQuoted(text, switch (node.kind()) {
            // The names of these classes differ from run to run.
            case LAMBDA -> "lambda";
            case PROXY -> "proxy";
            default -> node.type().getName();
        });
        text.append(",\"kind\":");
        Json.appendQuoted(text, node.kind().name().toLowerCase().replace('_', '-'));
        switch (node.kind()) {
            case BOX -> {
                text.append(",\"value\":");
                appendPrimitive(node.value());
            }
            case PRIMITIVE_ARRAY -> {
                text.append(",\"value\":");
                appendPrimitiveArray(node.value());
            }
            case ENUM -> appendText("value", ((Enum<?>) node.value()).name());
            case CLASS -> appendText("value", ((Class<?>) node.value()).getName());
            case VALUE -> appendText("value", node.value() instanceof Date date
                    ? String.valueOf(date.getTime()) : node.value().toString());
            case STRING, OPAQUE, LAMBDA -> appendText("value", (String) node.value());
            case THROWABLE -> appendTexts("stackTrace", (List<?>) node.value());
            case PROXY -> appendInterfaces((List<?>) node.value());
            default -> { }
        }
        switch (node.kind()) {
            case BOX, STRING, ENUM, CLASS, PRIMITIVE_ARRAY, VALUE, OPAQUE -> { }
            case ARRAY, LAMBDA -> appendElements(node);
            default -> {
                appendFields(node.fields());
                appendElements(node);
            }
        }
        text.append('}');
    }

    private void appendFields(List<Node.FieldValue> fields) {
        text.append(",\"fields\":[");
        String separator = "";
        for (Node.FieldValue field : fields) {
            text.append(separator).append("{\"class\":");
            Json.appendQuoted(text, field.declaring().getName());
            appendText("name", field.name());
            appendText("type", field.type().getName());
            if (field.isTransient()) {
                text.append(",\"transient\":true");
            }
            text.append(field.type().isPrimitive() ? ",\"value\":" : ",\"ref\":");
            if (field.type().isPrimitive()) {
                appendPrimitive(field.value());
            } else {
                appendReference(field.value());
            }
            text.append('}');
            separator = ",";
        }
        text.append(']');
    }

    private void appendElements(Node node) {
        boolean isMap = node.kind() == Node.Kind.MAP;
        text.append(isMap ? ",\"entries\":[" : ",\"elements\":[");
        String separator = "";
        for (Object[] group : signatures.inOrder(node)) {
            text.append(separator).append(isMap ? "[" : "");
            appendReference(group[0]);
            if (isMap) {
                text.append(',');
                appendReference(group[1]);
                text.append(']');
            }
            separator = ",";
        }
        text.append(']');
    }

    private void appendInterfaces(List<?> interfaces) {
        List<String> names = new ArrayList<>();
        for (Object type : interfaces) {
            names.add(((Class<?>) type).getName());
        }
        appendTexts("interfaces", names);
    }

    private void appendText(String key, String value) {
        text.append(",\"").append(key).append("\":");
        Json.appendQuoted(text, value);
    }

    private void appendTexts(String key, List<?> values) {
        text.append(",\"").append(key).append("\":[");
        String separator = "";
        for (Object value : values) {
            text.append(separator);
            Json.appendQuoted(text, value.toString());
            separator = ",";
        }
        text.append(']');
    }

    private void appendPrimitive(Object box) {
        if (box instanceof Character || box instanceof Float || box instanceof Double) {
            Json.appendQuoted(text, box.toString());
        } else {
            text.append(box);
        }
    }

    private void appendPrimitiveArray(Object array) {
        if (array instanceof byte[] bytes) {
            text.append('"').append(HexFormat.of().formatHex(bytes)).append('"');
            return;
        }
        text.append('[');
        for (int i = 0; i < Array.getLength(array); i++) {
            text.append(i == 0 ? "" : ",");
            appendPrimitive(Array.get(array, i));
        }
        text.append(']');
    }
}
