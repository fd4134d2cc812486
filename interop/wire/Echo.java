import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Reads streams of messages and prints what comes of each message, a line each: {@code ok FRAME}, the message written
 * again; {@code no CAN_GO_ON PATH OFFSET REASON}; and {@code end} behind each stream, or {@code broken}.
 *
 * <p>On standard input, for each stream: the class of a generated protocol (writeUTF), the number of bytes (writeInt),
 * and the bytes.
 */
public final class Echo {
    private Echo() {}

    public static void main(String[] arguments) throws Exception {
        DataInputStream streams = new DataInputStream(new BufferedInputStream(System.in));
        PrintStream out = new PrintStream(new BufferedOutputStream(System.out), false, StandardCharsets.UTF_8);
        int count = streams.readInt();
        for (int i = 0; i < count; i++) {
            Class<?> protocol = Class.forName(streams.readUTF());
            echo(protocol, new ByteArrayInputStream(streams.readNBytes(streams.readInt())), out);
        }
        out.flush();
    }

    private static void echo(Class<?> protocol, InputStream stream, PrintStream out) throws Exception {
        Method read = protocol.getMethod("read", DataInput.class);
        Method write = protocol.getMethod("write", read.getReturnType(), DataOutput.class);
        DataInputStream in = new DataInputStream(stream);
        boolean goesOn = true;
        while (goesOn) {
            try {
                Object message = read.invoke(null, in);
                goesOn = message != null;
                ByteArrayOutputStream frame = new ByteArrayOutputStream();
                if (goesOn) {
                    write.invoke(null, message, new DataOutputStream(frame));
                }
                out.println(goesOn ? "ok " + HexFormat.of().formatHex(frame.toByteArray()) : "end");
            } catch (InvocationTargetException refusal) {
                Throwable cause = refusal.getCause();
                Class<?> type = cause.getClass();
                if (!type.getSimpleName().equals("WireException")) {
                    throw refusal;
                }
                goesOn = (boolean) type.getMethod("canGoOn").invoke(cause);
                Object path = type.getMethod("path").invoke(cause);
                Object offset = type.getMethod("offset").invoke(cause);
                out.println("no " + goesOn + " " + path + " " + offset + " " + type.getMethod("reason").invoke(cause));
                if (!goesOn) {
                    out.println("broken");
                }
            }
        }
    }
}
