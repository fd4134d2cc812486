package bridge.harness;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.ObjectStreamField;
import java.io.Serializable;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.concurrent.CopyOnWriteArraySet;

/**
 * One object of a graph, taken apart: its own value, and the objects it refers to.
 *
 * <p>Objects of classes outside the JDK are taken apart by reflection, field by field, transient fields
 * included (a class with a custom {@code writeObject} keeps its content there). Objects of the JDK are taken
 * apart by their content, since their fields are nobody's business: collections by elements, maps by entries;
 * what has an {@code equals} and a {@code toString} is a value, and anything left is its own
 * serialized form. No code of classes
 * outside the JDK is called, unless they override how a collection iterates.
 *
 * @param type     the object's class
 * @param kind     how the object was taken apart
 * @param value    the object's own value, by kind: see {@link Kind}; null where there is none
 * @param fields   the fields, by declaring class from the top down
 * @param elements the elements of an array or a collection; keys and values in turn for a map; the suppressed
 *                 ones for a throwable; captured arguments for a lambda
 * @param ordered  whether the order of the elements is part of the value
 */
record Node(Class<?> type, Kind kind, Object value, List<FieldValue> fields, List<Object> elements,
            boolean ordered) {

    /** How an object is taken apart. */
    enum Kind {
        /** A wrapper of a primitive; the value is the object. */
        BOX,
        /** A string; the value is the object. */
        STRING,
        /** An enum constant; the value is the object. */
        ENUM,
        /** A Class object; the value is the object. */
        CLASS,
        /** An array of primitives; the value is the array. */
        PRIMITIVE_ARRAY,
        /** An array of references. */
        ARRAY,
        /** A collection other than a set. */
        LIST,
        /** A set. */
        SET,
        /** A map. */
        MAP,
        /** A throwable; the value is the list of its stack trace elements. */
        THROWABLE,
        /** A serializable lambda; the value is the text of its SerializedLambda. */
        LAMBDA,
        /** A dynamic proxy; the value is the list of its interfaces, its handler is a field. */
        PROXY,
        /** A value of the JDK, such as a date; the value is the object. */
        VALUE,
        /** Another object of the JDK; the value is its serialized form in hexadecimal. */
        OPAQUE,
        /** Fields only. */
        OBJECT;

        /** Whether two objects of this kind are the same when their values are: sharing does not count. */
        boolean byValue() {
            return this == BOX || this == ENUM || this == CLASS;
        }
    }

    /**
     * The value of one field.
     *
     * @param declaring the class that declares the field
     * @param name      the field's name
     * @param type      the field's declared type
     * @param isTransient whether the field is transient
     * @param value     the value, boxed if primitive
     */
    record FieldValue(Class<?> declaring, String name, Class<?> type, boolean isTransient, Object value) {
        @Override
        public String toString() {
            return declaring.getSimpleName() + "." + name;
        }
    }

    private static final Set<Class<?>> BOXES = Set.of(Boolean.class, Byte.class, Character.class, Short.class,
            Integer.class, Long.class, Float.class, Double.class);

    /** Fields of JDK containers that say how the content is stored, not what it is. */
    private static final Set<String> STORAGE = Set.of("size", "threshold", "modCount", "capacity", "count",
            "elementCount", "elementData", "e0", "e1", "elements", "table");

    /** Ends the program if it was started without the options that let it look into the JDK's collections. */
    static void requireAccess() {
        if (!Object.class.getModule().isOpen("java.util", Node.class.getModule())) {
            System.err.println("start this program as: java @java/jvm.options -cp java/build CLASS");
            System.exit(2);
        }
    }

    /** Takes an object apart. */
    static Node of(Object object) {
        Class<?> type = object.getClass();
        if (BOXES.contains(type)) {
            return leaf(type, Kind.BOX, object);
        }
        if (object instanceof String) {
            return leaf(type, Kind.STRING, object);
        }
        if (object instanceof Enum<?>) {
            return leaf(type, Kind.ENUM, object);
        }
        if (object instanceof Class<?>) {
            return leaf(type, Kind.CLASS, object);
        }
        if (type.isArray()) {
            return type.getComponentType().isPrimitive()
                    ? leaf(type, Kind.PRIMITIVE_ARRAY, object)
                    : new Node(type, Kind.ARRAY, null, List.of(), Arrays.asList((Object[]) object), true);
        }
        if (Proxy.isProxyClass(type)) {
            FieldValue handler = new FieldValue(Proxy.class, "h", Object.class, false,
                    Proxy.getInvocationHandler(object));
            return new Node(type, Kind.PROXY, List.of(type.getInterfaces()), List.of(handler), List.of(), true);
        }
        if (type.isHidden() && object instanceof Serializable) {
            return ofLambda(object);
        }
        if (object instanceof ObjectStreamClass descriptor) {
            return leaf(type, Kind.VALUE, text(descriptor));
        }
        if (object instanceof Throwable throwable) {
            return ofThrowable(throwable);
        }
        Class<?> jdk = type;
        while (!inJdk(jdk)) {
            jdk = jdk.getSuperclass();
        }
        boolean hasContent = !Modifier.isAbstract(jdk.getModifiers());
        if (hasContent && object instanceof Map<?, ?> map) {
            return ofMap(map);
        }
        if (hasContent && object instanceof Collection<?> collection) {
            return ofCollection(collection);
        }
        if (jdk != type) {
            // A superclass in the JDK with state of its own, such as Date.
            Object inherited = hasContent && jdk != Object.class ? serializedForm(object) : null;
            return new Node(type, Kind.OBJECT, inherited, fields(object), List.of(), true);
        }
        if (object instanceof Map.Entry<?, ?> entry) {
            return new Node(type, Kind.OBJECT, null, List.of(),
                    Arrays.asList(entry.getKey(), entry.getValue()), true);
        }
        // The equals of a URL asks the network for the addresses of hosts.
        // What has an equals and no text of its own wraps other objects, and these may have no equals.
        boolean comparable = overrides(type, "equals", Object.class) && overrides(type, "toString")
                && !(object instanceof URL);
        return comparable ? leaf(type, Kind.VALUE, object) : leaf(type, Kind.OPAQUE, serializedForm(object));
    }

    /** Whether a class comes with the JDK, and not from the class path. */
    static boolean inJdk(Class<?> type) {
        return type.getModule().isNamed();
    }

    private static Node leaf(Class<?> type, Kind kind, Object value) {
        return new Node(type, kind, value, List.of(), List.of(), true);
    }

    private static String text(ObjectStreamClass descriptor) {
        Class<?> described = descriptor.forClass();
        if (described != null && Proxy.isProxyClass(described)) {
            // The name of a proxy class differs from run to run, and is not in the stream.
            return "proxy " + Arrays.toString(described.getInterfaces());
        }
        return descriptor + " " + Arrays.toString(descriptor.getFields());
    }

    private static Node ofMap(Map<?, ?> map) {
        List<Object> keysAndValues = new ArrayList<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            keysAndValues.add(entry.getKey());
            keysAndValues.add(entry.getValue());
        }
        boolean ordered = map instanceof LinkedHashMap || map instanceof SortedMap;
        return new Node(map.getClass(), Kind.MAP, null, fields(map), keysAndValues, ordered);
    }

    private static Node ofCollection(Collection<?> collection) {
        Kind kind = collection instanceof Set ? Kind.SET : Kind.LIST;
        boolean ordered = kind == Kind.LIST || collection instanceof LinkedHashSet
                || collection instanceof SortedSet || collection instanceof CopyOnWriteArraySet;
        // Not new ArrayList(collection): a user's subclass may answer toArray with anything.
        List<Object> elements = new ArrayList<>();
        for (Object element : collection) {
            elements.add(element);
        }
        return new Node(collection.getClass(), kind, null, fields(collection), elements, ordered);
    }

    private static Node ofThrowable(Throwable throwable) {
        List<FieldValue> fields = new ArrayList<>();
        fields.add(new FieldValue(Throwable.class, "detailMessage", String.class, false, throwable.getMessage()));
        fields.add(new FieldValue(Throwable.class, "cause", Throwable.class, false, throwable.getCause()));
        fields.addAll(fields(throwable));
        return new Node(throwable.getClass(), Kind.THROWABLE, List.of(throwable.getStackTrace()), fields,
                Arrays.asList((Object[]) throwable.getSuppressed()), true);
    }

    private static Node ofLambda(Object lambda) {
        try {
            Method writeReplace = lambda.getClass().getDeclaredMethod("writeReplace");
            writeReplace.setAccessible(true);
            if (writeReplace.invoke(lambda) instanceof SerializedLambda form) {
                List<Object> captured = new ArrayList<>();
                for (int i = 0; i < form.getCapturedArgCount(); i++) {
                    captured.add(form.getCapturedArg(i));
                }
                String text = form.getFunctionalInterfaceClass() + "." + form.getFunctionalInterfaceMethodName()
                        + form.getFunctionalInterfaceMethodSignature() + " by " + form.getImplClass() + "."
                        + form.getImplMethodName() + form.getImplMethodSignature() + " in "
                        + form.getCapturingClass() + " as " + form.getInstantiatedMethodType();
                return new Node(lambda.getClass(), Kind.LAMBDA, text, List.of(), captured, true);
            }
        } catch (ReflectiveOperationException | InaccessibleObjectException e) {
            // A lambda made inside a package of the JDK that is not opened to us.
        }
        return leaf(lambda.getClass(), Kind.OPAQUE, serializedForm(lambda));
    }

    private static boolean overrides(Class<?> type, String method, Class<?>... parameters) {
        try {
            return type.getMethod(method, parameters).getDeclaringClass() != Object.class;
        } catch (NoSuchMethodException e) {
            throw new LinkageError("every class has this method", e);
        }
    }

    private static String serializedForm(Object object) {
        if (!(object instanceof Serializable)) {
            return "not serializable";
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(object);
        } catch (IOException e) {
            return e.toString();
        }
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    /** All instance fields, of JDK classes only those that are serialized and open to us. */
    private static List<FieldValue> fields(Object object) {
        List<Class<?>> chain = new ArrayList<>();
        for (Class<?> type = object.getClass(); type != null; type = type.getSuperclass()) {
            chain.add(type);
        }
        Collections.reverse(chain);
        List<FieldValue> fields = new ArrayList<>();
        for (Class<?> type : chain) {
            if (inJdk(type)) {
                addSerializedFields(type, object, fields);
            } else {
                addDeclaredFields(type, object, fields);
            }
        }
        return fields;
    }

    private static void addDeclaredFields(Class<?> type, Object object, List<FieldValue> fields) {
        for (Field field : type.getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers())) {
                field.setAccessible(true);
                fields.add(read(field, object));
            }
        }
    }

    private static void addSerializedFields(Class<?> type, Object object, List<FieldValue> fields) {
        ObjectStreamClass descriptor = ObjectStreamClass.lookup(type);
        if (descriptor == null || object instanceof Throwable) {
            return;
        }
        for (ObjectStreamField serialized : descriptor.getFields()) {
            if (STORAGE.contains(serialized.getName())) {
                continue;
            }
            try {
                Field field = type.getDeclaredField(serialized.getName());
                field.setAccessible(true);
                fields.add(read(field, object));
            } catch (NoSuchFieldException | InaccessibleObjectException e) {
                // Only in the serialized form, or in a package that is not opened to us.
                continue;
            }
        }
    }

    private static FieldValue read(Field field, Object object) {
        try {
            return new FieldValue(field.getDeclaringClass(), field.getName(), field.getType(),
                    Modifier.isTransient(field.getModifiers()), field.get(object));
        } catch (IllegalAccessException e) {
            throw new LinkageError("the field was made accessible", e);
        }
    }

    /** Whether two values of the same kind and class are the same, primitives compared bit by bit. */
    static boolean sameValue(Node one, Node other) {
        if (one.kind == Kind.PRIMITIVE_ARRAY) {
            return samePrimitives(one.value, other.value);
        }
        if (one.value instanceof Double a && other.value instanceof Double b) {
            return Double.doubleToRawLongBits(a) == Double.doubleToRawLongBits(b);
        }
        if (one.value instanceof Float a && other.value instanceof Float b) {
            return Float.floatToRawIntBits(a) == Float.floatToRawIntBits(b);
        }
        return one.value == null ? other.value == null : one.value.equals(other.value);
    }

    private static boolean samePrimitives(Object one, Object other) {
        if (one instanceof double[] a && other instanceof double[] b) {
            boolean same = a.length == b.length;
            for (int i = 0; same && i < a.length; i++) {
                same = Double.doubleToRawLongBits(a[i]) == Double.doubleToRawLongBits(b[i]);
            }
            return same;
        }
        if (one instanceof float[] a && other instanceof float[] b) {
            boolean same = a.length == b.length;
            for (int i = 0; same && i < a.length; i++) {
                same = Float.floatToRawIntBits(a[i]) == Float.floatToRawIntBits(b[i]);
            }
            return same;
        }
        return Arrays.deepEquals(new Object[] {one}, new Object[] {other});
    }

    /** The object's class and value in a few words, for messages. */
    static String summary(Object object) {
        if (object == null) {
            return "null";
        }
        Node node = of(object);
        String name = node.type.getTypeName();
        return switch (node.kind) {
            case BOX, CLASS -> name + " " + Json.quoted(object.toString());
            case ENUM -> name + " " + ((Enum<?>) object).name();
            case VALUE, LAMBDA, OPAQUE -> name + " " + Json.quoted(shortened(String.valueOf(node.value)));
            case STRING -> "string " + Json.quoted(shortened((String) object));
            case PRIMITIVE_ARRAY -> name + " of length " + Array.getLength(object);
            case ARRAY, LIST, SET -> name + " of " + node.elements.size() + " elements";
            case MAP -> name + " of " + node.elements.size() / 2 + " entries";
            case THROWABLE, PROXY, OBJECT -> name;
        };
    }

    private static String shortened(String text) {
        return text.length() <= 80 ? text : text.substring(0, 60) + "... (" + text.length() + " chars)";
    }
}
