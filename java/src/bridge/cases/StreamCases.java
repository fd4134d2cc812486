package bridge.cases;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.ObjectStreamConstants;
import java.io.Serializable;
import java.io.StreamCorruptedException;
import java.io.WriteAbortedException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Whole streams with several contents, by name: {@code stream/what-is-special}. */
@SuppressWarnings("serial")
public final class StreamCases {
    private static final StreamCases ALL = new StreamCases();

    private final Map<String, Supplier<StreamScript>> scripts = new LinkedHashMap<>();

    private StreamCases() {
        addContents();
        addBlockData();
        addHandles();
        addVersions();
        addAnnotations();
        addExceptions();
        addDescriptors();
    }

    /** All stream cases there are. */
    public static StreamCases all() {
        return ALL;
    }

    /** The names. */
    public List<String> names() {
        return List.copyOf(scripts.keySet());
    }

    /** The steps of the stream with that name. */
    public StreamScript make(String name) {
        Supplier<StreamScript> script = scripts.get(name);
        if (script == null) {
            throw new IllegalArgumentException("no stream is named " + name);
        }
        return script.get();
    }

    private void add(String name, Supplier<StreamScript> script) {
        if (scripts.putIfAbsent("stream/" + name, script) != null) {
            throw new IllegalArgumentException("two streams are named " + name);
        }
    }

    private void addContents() {
        add("empty", StreamScript::new);
        add("objects", () -> new StreamScript().object("one").object(2).object(null)
                .object(Lists.arrayList(3)).object(new Beans.Point(4, 5)).object(new int[] {6}));
        add("nulls", () -> new StreamScript().object(null).object(null).object(null));
        add("primitives", () -> new StreamScript()
                .step(out -> out.writeBoolean(true), ObjectInputStream::readBoolean)
                .step(out -> out.writeByte(-1), ObjectInputStream::readByte)
                .step(out -> out.writeShort(-2), ObjectInputStream::readShort)
                .step(out -> out.writeChar('\u20ac'), ObjectInputStream::readChar)
                .step(out -> out.writeInt(-3), ObjectInputStream::readInt)
                .step(out -> out.writeLong(Long.MIN_VALUE), ObjectInputStream::readLong)
                .step(out -> out.writeFloat(0.1f), ObjectInputStream::readFloat)
                .step(out -> out.writeDouble(-0.0), ObjectInputStream::readDouble)
                .step(out -> out.writeUTF("utf \0 \u20ac \ud83d\ude00"), ObjectInputStream::readUTF)
                .step(out -> out.writeBytes("bytes"), in -> in.readNBytes(5))
                .step(out -> out.writeChars("chars"), in -> in.readNBytes(10)));
        add("mixed", () -> new StreamScript()
                .step(out -> out.writeInt(1), ObjectInputStream::readInt)
                .object("two")
                .step(out -> out.writeUTF("three"), ObjectInputStream::readUTF)
                .step(out -> out.writeLong(4), ObjectInputStream::readLong)
                .object(Lists.arrayList(5))
                .object(null)
                .step(out -> out.writeDouble(6.5), ObjectInputStream::readDouble));
        add("many-kinds", () -> {
            StreamScript script = new StreamScript();
            for (String name : List.of("enum/plain", "class/int", "record/nested", "class/custom-write-object",
                    "externalizable/mixed", "proxy/one-interface", "lambda/capturing-int", "map/tree-map-natural")) {
                script.object(Cases.all().make(name));
            }
            return script;
        });
    }

    private void addBlockData() {
        for (int length : new int[] {1, 255, 256, 1024, 1025, 5000, 70_000}) {
            add("block-data-" + length, () -> bytes(new StreamScript(), length));
        }
        add("block-data-flushed", () -> {
            StreamScript script = new StreamScript();
            for (int i = 0; i < 5; i++) {
                bytes(script, 10).silently(ObjectOutputStream::flush);
            }
            return bytes(script, 300).silently(ObjectOutputStream::flush).object("end");
        });
        add("block-data-between-objects", () ->
                bytes(bytes(new StreamScript().object("a"), 300).object("b"), 5).object("c"));
        add("long-utf", () -> new StreamScript()
                .step(out -> out.writeUTF("\u20ac".repeat(20_000)), ObjectInputStream::readUTF)
                .object("end"));
    }

    private static StreamScript bytes(StreamScript script, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 11);
        }
        return script.step(out -> out.write(bytes), in -> in.readNBytes(length));
    }

    private void addHandles() {
        add("shared-objects", () -> {
            Object list = Lists.arrayList("shared");
            String text = "shared text";
            return new StreamScript().object(list).object(list).object(Lists.linkedList(list, text)).object(text);
        });
        add("changed-and-written-again", () -> {
            List<Object> list = Lists.arrayList("before");
            return new StreamScript().object(list).silently(out -> list.add("not seen")).object(list);
        });
        add("reset", () -> {
            Object list = Lists.arrayList("written twice");
            return new StreamScript().object(list).silently(ObjectOutputStream::reset).object(list).object(list);
        });
        add("reset-first-twice-and-last", () -> new StreamScript()
                .silently(ObjectOutputStream::reset).silently(ObjectOutputStream::reset)
                .object("a").silently(ObjectOutputStream::reset).silently(ObjectOutputStream::reset));
        add("reset-between-primitives", () -> new StreamScript()
                .step(out -> out.writeInt(1), ObjectInputStream::readInt)
                .silently(ObjectOutputStream::reset)
                .step(out -> out.writeInt(2), ObjectInputStream::readInt)
                .object(new Beans.Point(3, 4))
                .silently(ObjectOutputStream::reset)
                .object(new Beans.Point(5, 6)));
        add("unshared", () -> {
            Object list = Lists.arrayList("unshared");
            int[] array = {1, 2};
            StreamScript script = new StreamScript();
            for (Object object : new Object[] {list, array, "text"}) {
                script.step(out -> out.writeUnshared(object), ObjectInputStream::readUnshared)
                        .step(out -> out.writeUnshared(object), ObjectInputStream::readUnshared)
                        .object(object).object(object);
            }
            return script;
        });
        add("unshared-null-enum-class", () -> {
            StreamScript script = new StreamScript();
            for (Object object : new Object[] {null, Enums.Colour.RED, 5}) {
                script.step(out -> out.writeUnshared(object), ObjectInputStream::readUnshared);
            }
            return script.object(Enums.Colour.RED).object(String.class);
        });
        add("1000-objects", () -> {
            StreamScript script = new StreamScript();
            List<Object> points = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                points.add(new Beans.Point(i, -i));
                script.object(points.get(i)).object(points.get(i / 2));
            }
            return script;
        });
    }

    private void addVersions() {
        add("protocol-version-1", () -> versionOne()
                .object(new Beans.Shadowing()).object(Cases.all().make("class/custom-write-object"))
                .step(out -> out.writeInt(5), ObjectInputStream::readInt)
                .object(Lists.arrayList(1, "two")).object(Enums.Colour.RED).object(new Records.Point(1, 2)));
        // Without the class nobody can tell where the data of such an object ends.
        add("protocol-version-1-externalizable", () -> versionOne()
                .object("before").object(Cases.all().make("externalizable/mixed")).object("after"));
    }

    private static StreamScript versionOne() {
        return new StreamScript()
                .silently(out -> out.useProtocolVersion(ObjectStreamConstants.PROTOCOL_VERSION_1));
    }

    private void addAnnotations() {
        add("annotated-with-codebase", () -> annotatedWithCodebase()
                .object(new Beans.Shadowing()).object(new Beans.Point(1, 2)).object(new Beans.Shadowing()));
        add("annotated-with-null", () -> new StreamScript()
                .annotateClasses((out, type) -> out.writeObject(null), (in, className) -> in.readObject())
                .object(Lists.arrayList(new Beans.Point(1, 2))));
        add("annotated-with-primitives", () -> new StreamScript()
                .annotateClasses((out, type) -> {
                    out.writeInt(type.getName().length());
                    out.writeUTF(type.getName());
                }, (in, className) -> in.readInt() + " " + in.readUTF())
                .object(new Beans.Shadowing()).object(String.class).object(new Beans.Point[0]));
        add("annotated-with-objects", () -> new StreamScript()
                .annotateClasses((out, type) -> {
                    // The objects in an annotation have descriptors, too, which must not refer to the unfinished one.
                    if (type == Beans.Point.class) {
                        out.writeObject(new Beans.Versioned());
                        out.writeLong(7);
                        out.writeObject("of " + type.getName());
                    }
                }, (in, className) -> className.equals(Beans.Point.class.getName())
                        ? Lists.arrayList(in.readObject(), in.readLong(), in.readObject()) : null)
                .object(new Beans.Point(1, 2)).object(Enums.Colour.RED));
        add("annotated-proxy", () -> annotatedWithCodebase()
                .object(Proxies.greeter("annotated")).object(Proxies.greeter("again")));
    }

    private static StreamScript annotatedWithCodebase() {
        String codebase = "http://example.com/classes/ file:/tmp/more.jar";
        return new StreamScript().annotateClasses((out, type) ->
                out.writeObject(type.getName().startsWith("java.") ? null : codebase),
                (in, className) -> in.readObject());
    }

    /** Fails to be written, after some of it was. */
    public static class Failing implements Serializable {
        int field = 1;
        transient int primitives;
        transient Object object;

        Failing(int primitives, Object object) {
            this.primitives = primitives;
            this.object = object;
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            out.writeInt(primitives);
            for (int i = 0; i < primitives; i++) {
                out.writeInt(i);
            }
            out.writeObject(object);
            throw Throwables.traced(new IOException("failed in the middle"));
        }

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            for (int i = in.readInt(); i > 0; i--) {
                in.readInt();
            }
            object = in.readObject();
            in.readObject();
        }
    }

    private void addExceptions() {
        add("exception", () -> failing(new StreamScript().object("before"), new Failing(3, "written")).object("after"));
        add("exception-first-and-last", () -> failing(new StreamScript(), new Failing(0, null)));
        add("exception-in-graph", () -> {
            Object shared = Lists.arrayList("shared");
            return failing(new StreamScript().object(shared), Lists.arrayList(shared, new Failing(1, shared), "never"))
                    .object(shared).object(shared);
        });
        add("exception-twice", () -> failing(failing(new StreamScript(), new Failing(1, 2)), new Failing(3, 4))
                .step(out -> out.writeInt(5), ObjectInputStream::readInt)
                .object(new Beans.Point(6, 7)));
    }

    private static StreamScript failing(StreamScript script, Object object) {
        return script.step(out -> {
            try {
                out.writeObject(object);
            } catch (IOException told) {
                return;     // The stream says so itself.
            }
            throw new IllegalStateException("the object was written");
        }, in -> {
            Object read;
            try {
                read = in.readObject();
            } catch (WriteAbortedException aborted) {
                return aborted.getCause();
            }
            throw new StreamCorruptedException("no exception, but " + read);
        });
    }

    private void addDescriptors() {
        add("class-descriptor", () -> new StreamScript()
                .object(ObjectStreamClass.lookup(Beans.Shadowing.class))
                .object(new Beans.Shadowing())
                .object(ObjectStreamClass.lookup(Beans.ShadowedMiddle.class)));
        add("class-descriptors", () -> new StreamScript()
                .object(ObjectStreamClass.lookup(Enums.Colour.class)).object(Enums.Colour.RED)
                .object(ObjectStreamClass.lookup(int[].class)).object(new int[] {1})
                .object(ObjectStreamClass.lookup(Externalizables.Child.class))
                .object(ObjectStreamClass.lookupAny(Thread.class))
                .object(ObjectStreamClass.lookup(Records.Point.class)).object(Records.Point.class));
        add("proxy-class-descriptor", () -> {
            Object proxy = Proxies.greeter("described");
            return new StreamScript().object(ObjectStreamClass.lookup(proxy.getClass())).object(proxy)
                    .object(proxy.getClass());
        });
        add("classes-and-instances", () -> new StreamScript()
                .object(Beans.Point.class).object(new Beans.Point(1, 2)).object(Beans.Point.class)
                .object(String.class).object("text").object(int.class));
    }
}
