package bridge.cases;

import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;

/** Classes with writeReplace and readResolve. */
@SuppressWarnings("serial")
public final class Replacements {
    private Replacements() {
    }

    /** There is one object of it. */
    public static final class Singleton implements Serializable {
        static final Singleton INSTANCE = new Singleton();

        private Singleton() {
        }

        private Object readResolve() {
            return INSTANCE;
        }
    }

    /** Travels as an object of another class, its serialization proxy. */
    public static final class Period implements Serializable {
        private final long start;
        private final long end;

        Period(long start, long end) {
            this.start = start;
            this.end = end;
        }

        private Object writeReplace() {
            return new Form(start, end - start);
        }

        private void readObject(ObjectInputStream in) throws InvalidObjectException {
            throw new InvalidObjectException("travels as a Form");
        }

        /** What a period travels as. */
        private static final class Form implements Serializable {
            private final long start;
            private final long length;

            Form(long start, long length) {
                this.start = start;
                this.length = length;
            }

            private Object readResolve() {
                return new Period(start, start + length);
            }
        }
    }

    /** Travels as a string, and stays one. */
    public static class AsString implements Serializable {
        private Object writeReplace() {
            return "written instead";
        }
    }

    /** Travels as null. */
    public static class AsNull implements Serializable {
        private Object writeReplace() {
            return null;
        }
    }

    /** Travels as an array. */
    public static class AsArray implements Serializable {
        private Object writeReplace() {
            return new int[] {1, 2, 3};
        }
    }

    /** Is read as a string. */
    public static class ReadAsString implements Serializable {
        private final String text = "text";

        private Object readResolve() {
            return "read as " + text;
        }
    }

    /** What its children are replaced by is decided here. */
    public static class Replaced implements Serializable {
        int number;

        Replaced(int number) {
            this.number = number;
        }

        protected Object writeReplace() {
            return number > 0 ? new ReplacedChild(-number) : this;
        }
    }

    /** Inherits its parent's writeReplace. */
    public static class ReplacedChild extends Replaced {
        String text = "child";

        ReplacedChild(int number) {
            super(number);
        }
    }

    static void addTo(Cases cases) {
        cases.add("replace/singleton", () -> Singleton.INSTANCE);
        cases.add("replace/singleton-twice", () -> Lists.arrayList(Singleton.INSTANCE, Singleton.INSTANCE));
        cases.add("replace/serialization-proxy", () -> new Period(10, 15));
        cases.add("replace/serialization-proxy-shared", () -> {
            Period period = new Period(1, 2);
            return Lists.arrayList(period, new Period(1, 2), period);
        });
        cases.add("replace/serialization-proxy-in-map", () -> Maps.hashMap("period", new Period(3, 4)));
        cases.add("replace/as-string", AsString::new);
        cases.add("replace/as-string-in-array", () -> {
            AsString replaced = new AsString();
            return new Object[] {replaced, replaced, "beside"};
        });
        cases.add("replace/as-null", () -> Lists.arrayList(new AsNull(), 1));
        cases.add("replace/as-array", AsArray::new);
        cases.add("replace/read-as-string", () -> {
            ReadAsString both = new ReadAsString();
            return Lists.arrayList(both, both);
        });
        cases.add("replace/by-subclass", () -> new Replaced(5));
        cases.add("replace/inherited", () -> new ReplacedChild(6));
    }
}
