package bridge.cases;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.lang.invoke.MethodHandles;

/** Names of classes and fields that other languages stumble over. */
@SuppressWarnings("serial")
public final class Names {
    private static final Class<?> UNICODE_CLASS = defineUnicodeClass();

    private Names() {
    }

    /** Fields named like keywords of Python. */
    public static class Keywords implements Serializable {
        int def = 1;
        String lambda = "lambda";
        double from = 2.5;
        Object None;
        boolean True = true;
        boolean False;
        Object in = "in";
        Object is = "is";
        Object not = "not";
        Object and = "and";
        Object or = "or";
        Object pass = "pass";
        Object with = "with";
        Object yield = "yield";
        Object async = "async";
        Object await = "await";
        Object match = "match";
        Object type = "type";
        Object del = "del";
        Object global = "global";
        Object raise = "raise";
    }

    /** Fields named like attributes every Python object has. */
    public static class Dunders implements Serializable {
        Object __init__ = "init";
        Object __class__ = "class";
        Object __dict__ = "dict";
        Object __slots__ = "slots";
        Object __eq__ = 1;
        Object __hash__ = 2;
        Object __getattr__ = 3;
        Object __repr__ = "repr";
        Object __doc__ = "doc";
        Object __module__ = "module";
        int __private = 4;
        int __;
        Object self = "self";
        Object cls = "cls";
    }

    /** Fields named like methods of collections. */
    public static class Methods implements Serializable {
        Object get = "get";
        Object keys = "keys";
        Object values = "values";
        Object items = "items";
        Object append = "append";
        int count = 1;
        int index = 2;
        Object copy = "copy";
        Object fields = "fields";
        Object java_class = "java_class";
        Object annotations = "annotations";
        Object name = "name";
        Object value = "value";
        Object print = "print";
    }

    /** Fields with the characters Java allows beside letters. */
    public static class Dollars implements Serializable {
        int $ = 1;
        int $$ = 2;
        int a$b = 3;
        int $private = 4;
        int _ab = 5;
        int a = 6;
        int A = 7;
    }

    /** A class named like a type of Python. */
    public static class list implements Serializable {
        int length = 1;
    }

    /** A class named like a constant of Python. */
    public static class None implements Serializable {
        int value = 1;
    }

    /** A class named like a keyword of Python. */
    public static class lambda implements Serializable {
        int value = 1;
    }

    /** Dollars in the name of a class. */
    public static class Dollar$In$Name implements Serializable {
        int value = 1;
    }

    /** A class with inner ones. */
    public static class Outer implements Serializable {
        String name = "outer";

        /** An inner class: it refers to the outer object. */
        public class Inner implements Serializable {
            String name = "inner";

            /** An inner class of an inner class. */
            public class Innermost implements Serializable {
                String name = "innermost of " + Inner.this.name + " of " + Outer.this.name;
            }
        }

        Object anonymous() {
            return new Serializable() {
                private final String text = "anonymous in " + name;
            };
        }

        Object local(int captured) {
            class Local implements Serializable {
                int doubled() {
                    return captured * 2;
                }
            }

            return new Local();
        }
    }

    static void addTo(Cases cases) {
        cases.add("name/keyword-fields", Keywords::new);
        cases.add("name/dunder-fields", Dunders::new);
        cases.add("name/method-fields", Methods::new);
        cases.add("name/dollar-fields", Dollars::new);
        cases.add("name/unicode-fields", UnicodeTemplate::new);
        cases.add("name/unicode-class", () -> UNICODE_CLASS.getConstructor().newInstance());
        cases.add("name/unicode-class-object", () -> UNICODE_CLASS);
        cases.add("name/class-list", list::new);
        cases.add("name/class-none", None::new);
        cases.add("name/class-lambda", lambda::new);
        cases.add("name/class-with-dollars", Dollar$In$Name::new);
        cases.add("name/package-with", bridge.cases.with.Pass::new);
        cases.add("name/no-package", () -> Class.forName("Unpackaged").getConstructor().newInstance());
        cases.add("name/inner", () -> new Outer().new Inner());
        cases.add("name/innermost", () -> new Outer().new Inner().new Innermost());
        cases.add("name/two-inner-of-one-outer", () -> {
            Outer outer = new Outer();
            return Lists.arrayList(outer.new Inner(), outer.new Inner(), outer);
        });
        cases.add("name/anonymous", () -> new Outer().anonymous());
        cases.add("name/local", () -> new Outer().local(21));
    }

    /** Defines {@link UnicodeTemplate} again, under a name with two, three and four byte characters. */
    private static Class<?> defineUnicodeClass() {
        String template = "bridge/cases/UnicodeTemplate";
        String name = "bridge/cases/Gr\u00f6\u00dfe\u540d\ud842\udfb7";
        try (InputStream file = Names.class.getResourceAsStream("UnicodeTemplate.class")) {
            byte[] renamed = renamed(file.readAllBytes(), template, name);
            return MethodHandles.lookup().defineClass(renamed);
        } catch (IOException | IllegalAccessException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** A class file in which the class has another name. */
    private static byte[] renamed(byte[] classFile, String from, String to) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(classFile));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(in.readInt());
        out.writeInt(in.readInt());
        int constants = in.readUnsignedShort();
        out.writeShort(constants);
        for (int i = 1; i < constants; i++) {
            int tag = in.readUnsignedByte();
            out.writeByte(tag);
            switch (tag) {
                case 1 -> {
                    String text = in.readUTF();
                    boolean names = text.equals(from) || text.equals("L" + from + ";");
                    out.writeUTF(names ? text.replace(from, to) : text);
                }
                case 5, 6 -> {
                    out.writeLong(in.readLong());
                    i++;    // A long or a double takes two places.
                }
                case 7, 8, 16, 19, 20 -> out.writeShort(in.readUnsignedShort());
                case 15 -> {
                    out.writeByte(in.readUnsignedByte());
                    out.writeShort(in.readUnsignedShort());
                }
                default -> out.writeInt(in.readInt());
            }
        }
        in.transferTo(out);
        return bytes.toByteArray();
    }
}
