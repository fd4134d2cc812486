import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Reads payloads (a byte that tells the side, 4 bytes of length, the payload) and prints for each what the generated
 * code makes of it: {@code ok VALUE BYTES}, the value written again, or {@code no PATH OFFSET REASON}.
 *
 * <p>Arguments: the class of a generated protocol, and the names of its methods for each side.
 */
public final class Decide {
    private static final HexFormat HEX = HexFormat.of();

    private Decide() {}

    public static void main(String[] arguments) throws Exception {
        Class<?> protocol = Class.forName(arguments[0]);
        DataInputStream in = new DataInputStream(System.in);
        PrintStream out = new PrintStream(new BufferedOutputStream(System.out, 1 << 16), false, StandardCharsets.US_ASCII);
        int side = in.read();
        while (side >= 0) {
            String suffix = arguments[1 + side].equals("-") ? "" : arguments[1 + side];
            byte[] payload = in.readNBytes(in.readInt());
            out.println(decided(protocol, suffix, payload));
            side = in.read();
        }
        out.flush();
    }

    private static String decided(Class<?> protocol, String suffix, byte[] payload) throws Exception {
        Method decode = protocol.getMethod("decode" + suffix, byte[].class);
        try {
            Object message = decode.invoke(null, (Object) payload);
            if (message == null) {
                return "ok null"; // passed over
            }
            Method encode = protocol.getMethod("encode" + suffix, decode.getReturnType());
            return "ok " + shown(message) + " " + HEX.formatHex((byte[]) encode.invoke(null, message));
        } catch (InvocationTargetException refusal) {
            Throwable cause = refusal.getCause();
            if (cause instanceof IOException && cause.getClass().getSimpleName().equals("WireException")) {
                Object path = cause.getClass().getMethod("path").invoke(cause);
                Object offset = cause.getClass().getMethod("offset").invoke(cause);
                Object reason = cause.getClass().getMethod("reason").invoke(cause);
                return "no " + path + " " + offset + " " + reason.toString().replace('\n', ' ');
            }
            return "fail " + cause;
        }
    }

    /** A value without names, so that Python can say the same of its own. */
    private static String shown(Object value) throws ReflectiveOperationException {
        if (value == null || value instanceof Boolean || value instanceof Integer || value instanceof Long) {
            return String.valueOf(value);
        }
        if (value instanceof Float || value instanceof Double) {
            return "f" + HEX.toHexDigits(Double.doubleToLongBits(((Number) value).doubleValue()));
        }
        if (value instanceof String || value instanceof Character) {
            return "s" + value.toString().chars().mapToObj(unit -> HEX.toHexDigits((char) unit)).collect(Collectors.joining());
        }
        if (value instanceof byte[] bytes) {
            return "b" + HEX.formatHex(bytes);
        }
        if (value instanceof UUID uuid) {
            return "u" + uuid.toString().replace("-", "");
        }
        if (value instanceof Instant instant) {
            return "t" + instant.getEpochSecond() + "." + instant.getNano();
        }
        StringBuilder text = new StringBuilder();
        if (value instanceof List<?> list) {
            for (Object element : list) {
                text.append(text.isEmpty() ? "" : ",").append(shown(element));
            }
            return "[" + text + "]";
        }
        for (Method method : value.getClass().getMethods()) {
            if (method.getName().equals("number") && (value instanceof Enum || isOpenEnum(value.getClass()))) {
                return "n" + method.invoke(value);
            }
        }
        RecordComponent[] components = value.getClass().getRecordComponents();
        if (components.length == 1 && components[0].getName().equals("value") && !hasReader(value.getClass())) {
            return shown(components[0].getAccessor().invoke(value)); // around what a choice may be
        }
        for (RecordComponent component : components) {
            text.append(text.isEmpty() ? "" : ",").append(shown(component.getAccessor().invoke(value)));
        }
        return "{" + text + "}";
    }

    private static boolean isOpenEnum(Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        return components.length == 1 && components[0].getName().equals("number") && !hasReader(type);
    }

    private static boolean hasReader(Class<?> type) {
        for (Method method : type.getDeclaredMethods()) {
            if (method.getName().equals("read")) {
                return true;
            }
        }
        return false;
    }
}
