package bridge.cases;

import java.io.Externalizable;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectInputStream;
import java.io.ObjectOutput;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamField;
import java.io.Serializable;
import java.util.Comparator;
import java.util.function.Supplier;

/** Classes with everything in them that Java computes a serialVersionUID from. None is ever instantiated. */
@SuppressWarnings({"serial", "strictfp", "unused"})
public final class SerialVersions {
    private SerialVersions() {
    }

    /** Nothing but the constructor that the compiler adds. */
    public static class Nothing implements Serializable {
    }

    /** A field with every modifier, those among them that do not count. */
    public abstract static class Fields implements Serializable, Comparable<Fields> {
        public static final int CONSTANT = 1;
        static String packageStatic;
        protected transient Object protectedTransient;
        public volatile long publicVolatile;
        final double[][] packageFinal = {};
        private int privateField;
        private transient int notCounted;
        private static int notCountedEither;
        String z;
        String Z;
        String \u00fc;
        String z2;
    }

    /** A method with every modifier. */
    public abstract static class Methods implements Serializable {
        public Methods() {
        }

        protected Methods(int number) {
        }

        Methods(String text, int... numbers) {
        }

        private Methods(Object[] notCounted) {
        }

        public static void publicStatic() {
        }

        protected final synchronized int[] finalSynchronized(String text, Methods other) {
            return null;
        }

        native void nativeMethod();

        strictfp double strict() {
            return 1;
        }

        abstract Object abstractMethod(long number, double real);

        void variable(Object... arguments) {
        }

        void overloaded(String text) {
        }

        void overloaded(int number) {
        }

        private void notCounted() {
        }

        private static void notCountedEither() {
        }
    }

    /** A static initialiser. */
    static class StaticInitialiser implements Serializable {
        static final Object MADE = new Object();
    }

    /** A constant that needs none. */
    static class NoStaticInitialiser implements Serializable {
        static final String CONSTANT = "constant";
    }

    /** The compiler adds a static field and an initialiser. */
    protected static class Asserts implements Serializable {
        void check(int number) {
            assert number > 0;
        }
    }

    /** The compiler adds methods: of lambdas, and a bridge for the parameter of a type. */
    public static final class Synthetic implements Serializable, Comparator<String>, Supplier<Object> {
        private final Supplier<String> supplier = (Supplier<String> & Serializable) () -> "lambda";

        @Override
        public int compare(String a, String b) {
            return 0;
        }

        @Override
        public String get() {
            return supplier.get();
        }
    }

    /** An inner class, which holds the one around it. */
    public class Inner implements Serializable {
        private int number;

        /** An inner class of an inner class, private. */
        private final class Innermost extends Inner {
        }
    }

    /** An interface with methods. */
    public interface WithMethods extends Serializable {
        /** A constant. */
        Object CONSTANT = new Object();

        /** Abstract. */
        void method();

        /** Not abstract. */
        default int defaultMethod() {
            return 1;
        }
    }

    /** An interface without any. */
    interface WithoutMethods extends Serializable, Cloneable {
    }

    /** Its interfaces are sorted. */
    static class Interfaces extends Nothing implements WithoutMethods, WithMethods, Comparable<Interfaces> {
        @Override
        public void method() {
        }

        @Override
        public int compareTo(Interfaces other) {
            return 0;
        }
    }

    /** An enum whose constants have bodies. */
    enum Enum {
        ONE {
            @Override
            void method() {
            }
        };

        abstract void method();
    }

    /** A record. */
    public record Record(int number, String text) implements Serializable {
    }

    /** A record that declares its UID. */
    record RecordWithConstant(int number) implements Serializable {
        private static final long serialVersionUID = 99;
    }

    /** Declares a UID that Java takes though it is no long. */
    static class ShortConstant implements Serializable {
        public static final short serialVersionUID = -7;
    }

    /** Declares a UID that Java does not take, as it is not final. */
    static class NotFinal implements Serializable {
        static long serialVersionUID = 5;
    }

    /** Declares a UID that Java does not take, as it is no number. */
    static class NotANumber implements Serializable {
        static final String serialVersionUID = "5";
    }

    /** Externalizable: has no fields. */
    public static class External implements Externalizable {
        private int notWritten;

        /** Is called when an object is read. */
        public External() {
        }

        @Override
        public void writeExternal(ObjectOutput out) throws IOException {
        }

        @Override
        public void readExternal(ObjectInput in) throws IOException {
        }
    }

    /** Writes data of its own. */
    static class WritesItself implements Serializable {
        private void writeObject(ObjectOutputStream out) throws IOException {
        }
    }

    /** Has methods of the name that Java does not take for it. */
    static class DoesNot implements Serializable {
        void writeObject(ObjectOutputStream out) throws IOException {
        }

        private void writeObject(ObjectOutput out) throws IOException {
        }

        private static void writeObject(ObjectInputStream in) {
        }
    }

    /** Below a class that is not serializable. */
    static class BelowOther extends SerialVersionsBase implements Serializable {
        int b;
        long a;
        String text;
        Object any;
        int[] numbers;
    }

    /** Says in code which fields it has. */
    static class PersistentFields implements Serializable {
        private static final ObjectStreamField[] serialPersistentFields = {new ObjectStreamField("x", int.class)};
    }

    /** An anonymous class. */
    static final Serializable ANONYMOUS = new Serializable() {
        int number = 1;
    };

    /** A local class. */
    static Class<?> local() {
        class Local implements Serializable {
            int number;
        }
        return Local.class;
    }
}

class SerialVersionsBase {
    int number;
}
