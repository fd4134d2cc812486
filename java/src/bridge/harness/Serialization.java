package bridge.harness;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.StreamCorruptedException;

/** Objects to bytes and back, by Java's own writer and reader. */
final class Serialization {
    private Serialization() {
    }

    /** A complete stream with one object. */
    static byte[] toBytes(Object object) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(object);
        }
        return bytes.toByteArray();
    }

    /** The one object of a stream; anything after it is an error. */
    static Object fromBytes(byte[] stream) throws IOException, ClassNotFoundException {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(stream))) {
            Object object = in.readObject();
            requireEnd(in);
            return object;
        }
    }

    /** What Java itself makes of an object that it writes and reads. */
    static Object roundTrip(Object object) throws IOException, ClassNotFoundException {
        return fromBytes(toBytes(object));
    }

    /** Fails unless the stream ends here. */
    static void requireEnd(ObjectInputStream in) throws IOException, ClassNotFoundException {
        Object surplus;
        try {
            surplus = in.readObject();
        } catch (EOFException end) {
            return;
        }
        throw new StreamCorruptedException(
                "the stream goes on with " + (surplus == null ? "null" : surplus.getClass().getName()));
    }
}
