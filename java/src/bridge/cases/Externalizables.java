package bridge.cases;

import java.io.Externalizable;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectOutput;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/** Externalizable classes. */
@SuppressWarnings("serial")
public final class Externalizables {
    private Externalizables() {
    }

    /** Writes nothing. */
    public static class Nothing implements Externalizable {
        public Nothing() {
        }

        @Override
        public void writeExternal(ObjectOutput out) {
        }

        @Override
        public void readExternal(ObjectInput in) {
        }
    }

    /** Primitives only. */
    public static class Primitives implements Externalizable {
        private int number = 1;
        private double real = 2.5;
        private String text = "utf \u20ac";

        public Primitives() {
        }

        @Override
        public void writeExternal(ObjectOutput out) throws IOException {
            out.writeInt(number);
            out.writeDouble(real);
            out.writeUTF(text);
        }

        @Override
        public void readExternal(ObjectInput in) throws IOException {
            number = in.readInt();
            real = in.readDouble();
            text = in.readUTF();
        }
    }

    /** Objects and primitives by turns. */
    public static class Parent implements Externalizable {
        private String name = "parent";
        private long number = 7;
        private Object object = Lists.arrayList("of parent");

        public Parent() {
        }

        @Override
        public void writeExternal(ObjectOutput out) throws IOException {
            out.writeObject(name);
            out.writeLong(number);
            out.writeObject(object);
        }

        @Override
        public void readExternal(ObjectInput in) throws IOException, ClassNotFoundException {
            name = (String) in.readObject();
            number = in.readLong();
            object = in.readObject();
        }
    }

    /** Below an Externalizable: the chain of descriptors has three of them, the data comes once. */
    public static class Child extends Parent {
        private String child = "child";

        public Child() {
        }

        @Override
        public void writeExternal(ObjectOutput out) throws IOException {
            super.writeExternal(out);
            out.writeUTF(child);
        }

        @Override
        public void readExternal(ObjectInput in) throws IOException, ClassNotFoundException {
            super.readExternal(in);
            child = in.readUTF();
        }
    }

    /** The lowest of the chain. */
    public static class Grandchild extends Child {
        private Object[] objects = {1, "two", null};

        public Grandchild() {
        }

        @Override
        public void writeExternal(ObjectOutput out) throws IOException {
            super.writeExternal(out);
            out.writeObject(objects);
            out.writeByte(1);
        }

        @Override
        public void readExternal(ObjectInput in) throws IOException, ClassNotFoundException {
            super.readExternal(in);
            objects = (Object[]) in.readObject();
            in.readByte();
        }
    }

    /** Below a serializable class, whose fields it has to write itself. */
    public static class BelowSerializable extends Beans.Versioned implements Externalizable {
        private int number = 1;

        public BelowSerializable() {
        }

        @Override
        public void writeExternal(ObjectOutput out) throws IOException {
            out.writeObject(name);
            out.writeInt(number);
        }

        @Override
        public void readExternal(ObjectInput in) throws IOException, ClassNotFoundException {
            name = (String) in.readObject();
            number = in.readInt();
        }
    }

    /** Data of a given length, in parts. */
    public static class Large implements Externalizable {
        private byte[] data = new byte[0];

        public Large() {
        }

        Large(int length) {
            data = new byte[length];
            for (int i = 0; i < length; i++) {
                data[i] = (byte) (i * 13);
            }
        }

        @Override
        public void writeExternal(ObjectOutput out) throws IOException {
            out.writeInt(data.length);
            for (int i = 0; i < data.length; i += 700) {
                out.write(data, i, Math.min(700, data.length - i));
            }
        }

        @Override
        public void readExternal(ObjectInput in) throws IOException {
            data = new byte[in.readInt()];
            in.readFully(data);
        }
    }

    /** Refers to others of its kind, itself perhaps. */
    public static class Linked implements Externalizable {
        private int level;
        private Object next;

        public Linked() {
        }

        Linked(int level, Object next) {
            this.level = level;
            this.next = next;
        }

        @Override
        public void writeExternal(ObjectOutput out) throws IOException {
            out.writeInt(level);
            out.writeObject(next);
            out.writeInt(-level);
        }

        @Override
        public void readExternal(ObjectInput in) throws IOException, ClassNotFoundException {
            level = in.readInt();
            next = in.readObject();
            in.readInt();
        }

        /** A chain of nodes. */
        static Linked chain(int length) {
            Linked first = null;
            for (int level = 0; level < length; level++) {
                first = new Linked(level, first);
            }
            return first;
        }
    }

    /** An ordinary class with fields of Externalizable types. */
    public static class Holder implements Serializable {
        final Parent parent = new Parent();
        final Externalizable child = new Child();
        final List<Object> list = new ArrayList<>(List.of(parent, child));
    }

    static void addTo(Cases cases) {
        cases.add("externalizable/nothing", Nothing::new);
        cases.add("externalizable/primitives", Primitives::new);
        cases.add("externalizable/mixed", Parent::new);
        cases.add("class/externalizable-chain", Child::new);
        cases.add("externalizable/chain-of-three", Grandchild::new);
        cases.add("externalizable/all-of-a-chain", () ->
                Lists.arrayList(new Grandchild(), new Child(), new Parent(), new Grandchild()));
        cases.add("externalizable/below-serializable", BelowSerializable::new);
        for (int length : new int[] {251, 252, 1020, 1021, 100_000}) {
            cases.add("externalizable/large-" + length, () -> new Large(length));
        }
        cases.add("externalizable/linked", () -> Linked.chain(4));
        cases.add("externalizable/in-itself", () -> {
            Linked linked = new Linked(1, null);
            linked.next = Lists.arrayList(linked, linked);
            return linked;
        });
        cases.add("externalizable/in-fields", Holder::new);
        cases.add("externalizable/array-of", () -> new Parent[] {new Parent(), null, new Child()});
        cases.add("externalizable/many", () -> {
            List<Object> list = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                list.add(new Primitives());
            }
            return list;
        });
    }
}
