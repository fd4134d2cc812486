package bridge.cases;

import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamField;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Classes with their own writeObject and readObject. */
@SuppressWarnings("serial")
public final class CustomWriters {
    private CustomWriters() {
    }

    /** Default fields, then primitives, then objects. */
    public static class Mixed implements Serializable {
        int field = 1;
        String text = "field";
        transient int number = 2;
        transient double real = 2.5;
        transient Object object = Lists.arrayList("written by hand");
        transient String last = "last";

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            out.writeInt(number);
            out.writeDouble(real);
            out.writeObject(object);
            out.writeObject(last);
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            number = in.readInt();
            real = in.readDouble();
            object = in.readObject();
            last = (String) in.readObject();
        }
    }

    /** Calls defaultWriteObject and writes nothing more: only the flag tells. */
    public static class DefaultOnly implements Serializable {
        int field = 3;

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
        }
    }

    /** No fields in the stream, no defaultWriteObject. */
    public static class WithoutDefault implements Serializable {
        transient int number = 4;
        transient Object object = "by hand";

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.writeInt(number);
            out.writeObject(object);
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            number = in.readInt();
            object = in.readObject();
        }
    }

    /** Writes nothing whatever. */
    public static class Silent implements Serializable {
        transient int lost = 5;

        private void writeObject(ObjectOutputStream out) {
            // Nothing to write.
        }
    }

    /** Every method for primitive data. */
    public static class EveryPrimitive implements Serializable {
        transient List<Object> read = new ArrayList<>();

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            out.writeBoolean(true);
            out.writeByte(-1);
            out.writeShort(-2);
            out.writeChar('\u20ac');
            out.writeInt(-3);
            out.writeLong(-4);
            out.writeFloat(-0.0f);
            out.writeDouble(Double.NaN);
            out.writeBytes("bytes");
            out.writeChars("chars");
            out.writeUTF("utf \0 \u20ac \ud83d\ude00");
            out.write(7);
            out.write(new byte[] {8, 9, 10}, 1, 2);
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            read = new ArrayList<>();
            read.add(in.readBoolean());
            read.add(in.readByte());
            read.add(in.readShort());
            read.add(in.readChar());
            read.add(in.readInt());
            read.add(in.readLong());
            read.add(in.readFloat());
            read.add(in.readDouble());
            read.add(in.readNBytes(5));
            read.add(in.readNBytes(10));
            read.add(in.readUTF());
            read.add(in.readUnsignedByte());
            read.add(in.readNBytes(2));
        }
    }

    /** Block data of a given length. */
    public static class Block implements Serializable {
        private final int length;
        private transient byte[] data;

        Block(int length) {
            this.length = length;
            data = new byte[length];
            for (int i = 0; i < length; i++) {
                data[i] = (byte) (i * 7);
            }
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            out.write(data);
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            data = new byte[length];
            in.readFully(data);
        }
    }

    /** Primitives and objects by turns. */
    public static class Interleaved implements Serializable {
        private transient List<Object> content = new ArrayList<>();

        Interleaved(int turns) {
            for (int i = 0; i < turns; i++) {
                content.add("turn " + i);
            }
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            out.writeInt(content.size());
            for (int i = 0; i < content.size(); i++) {
                out.writeInt(i);
                out.writeObject(content.get(i));
                out.writeUTF("after " + i);
                out.writeObject(null);
                out.writeObject(content.get(0));
            }
            out.writeByte(1);
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            content = new ArrayList<>();
            int turns = in.readInt();
            for (int i = 0; i < turns; i++) {
                boolean expected = in.readInt() == i;
                content.add(in.readObject());
                expected &= in.readUTF().equals("after " + i);
                expected &= in.readObject() == null;
                expected &= in.readObject() == content.get(0);
                require(expected, "turn " + i);
            }
            require(in.readByte() == 1, "the end");
        }
    }

    private static void require(boolean expected, String what) throws InvalidObjectException {
        if (!expected) {
            throw new InvalidObjectException("other data was written for " + what);
        }
    }

    /** Objects only, itself among them. */
    public static class WritesItself implements Serializable {
        private transient Object self;
        private transient Object again;

        static WritesItself create() {
            WritesItself object = new WritesItself();
            object.self = object;
            object.again = Lists.arrayList(object);
            return object;
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            out.writeObject(self);
            out.writeObject(again);
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            self = in.readObject();
            again = in.readObject();
        }
    }

    /** Fields by name, other ones than the class has. */
    public static class PutFields implements Serializable {
        private static final ObjectStreamField[] serialPersistentFields = {
            new ObjectStreamField("total", long.class),
            new ObjectStreamField("texts", String[].class),
            new ObjectStreamField("first", String.class),
            new ObjectStreamField("unset", Object.class),
            new ObjectStreamField("flag", boolean.class),
        };

        private transient List<String> words = new ArrayList<>(List.of("one", "two"));
        private transient long total = 6;

        private void writeObject(ObjectOutputStream out) throws IOException {
            ObjectOutputStream.PutField fields = out.putFields();
            fields.put("total", total);
            fields.put("texts", words.toArray(new String[0]));
            fields.put("first", words.get(0));
            fields.put("flag", true);
            out.writeFields();
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            ObjectInputStream.GetField fields = in.readFields();
            total = fields.get("total", 0L);
            words = new ArrayList<>(Arrays.asList((String[]) fields.get("texts", null)));
            require(fields.get("first", null) == words.get(0), "the shared first word");
            require(fields.defaulted("unset") || fields.get("unset", "") == null, "the field that is not set");
        }
    }

    /** Fields by name, then data. */
    public static class PutFieldsAndData extends PutFields {
        int number = 1;
        transient String text = "after the fields";

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.putFields().put("number", number);
            out.writeFields();
            out.writeUTF(text);
            out.writeObject(text);
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            number = in.readFields().get("number", 0);
            String utf = in.readUTF();
            text = (String) in.readObject();
            require(utf.equals(text), "the text");
        }
    }

    /** Custom above and below a class with the default form. */
    public static class CustomParent implements Serializable {
        int parentField = 1;
        transient String parentData = "of parent";

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            out.writeUTF(parentData);
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            parentData = in.readUTF();
        }
    }

    /** The default form, below a custom one. */
    public static class DefaultMiddle extends CustomParent {
        String middleField = "middle";
    }

    /** Custom again. */
    public static class CustomChild extends DefaultMiddle {
        int childField = 3;
        transient Object childData = Lists.arrayList("of child");
        transient int last = 9;

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            out.writeObject(childData);
            out.writeInt(last);
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            childData = in.readObject();
            last = in.readInt();
        }
    }

    /** Reads less than it writes: the reader skips the rest. */
    public static class ReadsLess implements Serializable {
        int field = 1;
        transient Object first = "first";

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            out.writeObject(first);
            out.writeInt(77);
            out.writeObject(Lists.arrayList("never read", this));
            out.write(new byte[2000]);
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            first = in.readObject();
        }
    }

    /** Writes after its fields what another object of its class wrote as well. */
    public static class Nesting implements Serializable {
        private final int level;
        private transient Object inner;

        Nesting(int level, Object inner) {
            this.level = level;
            this.inner = inner;
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            out.writeInt(-level);
            out.writeObject(inner);
            out.writeUTF("end of " + level);
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            in.readInt();
            inner = in.readObject();
            in.readUTF();
        }

        /** Objects that hold each other, the innermost first. */
        static Nesting of(int levels) {
            Nesting nesting = null;
            for (int level = 0; level < levels; level++) {
                nesting = new Nesting(level, nesting);
            }
            return nesting;
        }
    }

    /** Writes a field, an object and an array unshared. */
    public static class Unshared implements Serializable {
        private static final ObjectStreamField[] serialPersistentFields = {
            new ObjectStreamField("own", Object.class, true),
            new ObjectStreamField("shared", Object.class),
            new ObjectStreamField("ownArray", int[].class, true),
        };

        private final Object own;
        private final Object shared;
        private final int[] ownArray = {1, 2, 3};
        private transient Object data = new int[] {4};
        private transient Object first = data;
        private transient Object second = data;

        Unshared(Object own, Object shared) {
            this.own = own;
            this.shared = shared;
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            out.writeUnshared(first);
            out.writeUnshared(second);
            out.writeObject(data);
            out.writeObject(data);
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            first = in.readUnshared();
            second = in.readUnshared();
            data = in.readObject();
            require(in.readObject() == data, "the shared data");
        }
    }

    static void addTo(Cases cases) {
        cases.add("class/custom-write-object", Mixed::new);
        cases.add("custom/mixed-twice", () -> {
            Mixed mixed = new Mixed();
            return Lists.arrayList(mixed, new Mixed(), mixed);
        });
        cases.add("custom/default-only", DefaultOnly::new);
        cases.add("custom/without-default", WithoutDefault::new);
        cases.add("custom/silent", Silent::new);
        cases.add("custom/every-primitive", EveryPrimitive::new);
        for (int length : new int[] {0, 1, 255, 256, 1023, 1024, 1025, 2048, 100_000}) {
            cases.add("custom/block-" + length, () -> new Block(length));
        }
        cases.add("custom/interleaved", () -> new Interleaved(3));
        cases.add("custom/interleaved-500", () -> new Interleaved(500));
        cases.add("custom/writes-itself", WritesItself::create);
        cases.add("custom/put-fields", PutFields::new);
        cases.add("custom/put-fields-and-data", PutFieldsAndData::new);
        cases.add("custom/parent-and-child", CustomChild::new);
        cases.add("custom/parent-only", DefaultMiddle::new);
        cases.add("custom/reads-less", ReadsLess::new);
        cases.add("custom/reads-less-then-more", () -> Lists.arrayList(new ReadsLess(), "after", new ReadsLess()));
        cases.add("custom/nesting", () -> Nesting.of(5));
        cases.add("custom/unshared-fields", () -> new Unshared(Lists.arrayList("own"), "shared"));
        cases.add("custom/unshared-same-object", () -> {
            Object both = Lists.arrayList("written twice");
            return new Unshared(both, both);
        });
        cases.add("custom/unshared-in-list", () ->
                Lists.arrayList(new Unshared("a", "b"), new Unshared("a", "b")));
    }
}
