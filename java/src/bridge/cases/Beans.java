package bridge.cases;

import java.io.InvalidObjectException;
import java.io.ObjectStreamException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Classes with the default serialized form. */
@SuppressWarnings("serial")
public final class Beans {
    private Beans() {
    }

    /** Two ints, and a computed serialVersionUID. */
    public static class Point implements Serializable {
        int x;
        int y;

        Point(int x, int y) {
            this.x = x;
            this.y = y;
        }
    }

    /** No fields at all. */
    public static class Empty implements Serializable {
    }

    /** A declared serialVersionUID. */
    public static class Versioned implements Serializable {
        private static final long serialVersionUID = 0x0123456789abcdefL;
        String name = "versioned";
    }

    /** A negative serialVersionUID. */
    public static class NegativeVersion implements Serializable {
        private static final long serialVersionUID = -1L;
        int value = 1;
    }

    /** A field of every primitive type. */
    public static class AllPrimitives implements Serializable {
        boolean z;
        byte b;
        char c;
        short s;
        int i;
        long j;
        float f;
        double d;

        static AllPrimitives lowest() {
            AllPrimitives bean = new AllPrimitives();
            bean.z = true;
            bean.b = Byte.MIN_VALUE;
            bean.c = '\ud800';
            bean.s = Short.MIN_VALUE;
            bean.i = Integer.MIN_VALUE;
            bean.j = Long.MIN_VALUE;
            bean.f = Float.NEGATIVE_INFINITY;
            bean.d = -0.0;
            return bean;
        }

        static AllPrimitives highest() {
            AllPrimitives bean = new AllPrimitives();
            bean.z = true;
            bean.b = Byte.MAX_VALUE;
            bean.c = Character.MAX_VALUE;
            bean.s = Short.MAX_VALUE;
            bean.i = Integer.MAX_VALUE;
            bean.j = Long.MAX_VALUE;
            bean.f = Float.MAX_VALUE;
            bean.d = Double.NaN;
            return bean;
        }
    }

    /** A field of every wrapper type, and of their common types. */
    public static class AllBoxes implements Serializable {
        Boolean z = true;
        Byte b = 1;
        Character c = 'c';
        Short s = 2;
        Integer i = 3;
        Long j = 4L;
        Float f = 5f;
        Double d = 6d;
        Number number = 7L;
        Comparable<?> comparable = 8;
        Object object = 9L;
        Integer none;
    }

    /** Fields of many reference types. */
    public static class References implements Serializable {
        String text = "text";
        Object any = "any";
        int[] numbers = {1, 2, 3};
        int[][] grid = {{1}, {2, 3}};
        String[] texts = {"a", null};
        Object[] objects = {1, "b"};
        Object arrayAsObject = new long[] {4};
        Object[] textsAsObjects = new String[] {"c"};
        List<Object> list = Lists.arrayList(1, 2);
        Map<Object, Object> map = Maps.hashMap("k", "v");
        Enums.Colour colour = Enums.Colour.RED;
        Class<?> type = String.class;
        Point point = new Point(1, 2);
        Point[] points = {new Point(3, 4)};
        Serializable serializable = new Empty();
        CharSequence sequence = "sequence";
        Runnable nothing;
    }

    /** The grandparent of three classes that declare fields of the same names. */
    public static class ShadowedTop implements Serializable {
        int value = 1;
        String name = "top";
        private final Object hidden = "of top";
    }

    /** The parent. */
    public static class ShadowedMiddle extends ShadowedTop {
        String value = "middle";
        private final Object hidden = Lists.arrayList("of middle");
    }

    /** The class whose three levels declare fields of the same names with other types. */
    public static class Shadowing extends ShadowedMiddle {
        double value = 3.0;
        String name = "bottom";
        private final Object hidden = 3L;
    }

    /** A class between two with fields that has none itself. */
    public static class NothingAdded extends Point {
        NothingAdded(int x, int y) {
            super(x, y);
        }
    }

    /** Below a class without fields. */
    public static class LabelledPoint extends NothingAdded {
        String label = "label";

        LabelledPoint(int x, int y) {
            super(x, y);
        }
    }

    /** An abstract parent. */
    public abstract static class Shape implements Serializable {
        String name = "shape";

        abstract double area();
    }

    /** Below an abstract class. */
    public static class Square extends Shape {
        double side = 2;

        @Override
        double area() {
            return side * side;
        }
    }

    /** A parent that is not serializable: its constructor runs when a child is read. */
    public static class Unserialized {
        int fromConstructor = 42;
        String lost;
    }

    /** A child of a class that is not serializable. */
    public static class SerializableChild extends Unserialized implements Serializable {
        String kept = "kept";
    }

    /** Transient and static fields, which are not written. */
    public static class Transients implements Serializable {
        static int shared = 99;
        int kept = 1;
        transient int skipped = 2;
        transient Object skippedObject = "skipped";
        volatile String alsoKept = "volatile";
        final String finalKept = "final";
    }

    /** Reads defaults where the stream lacks this class. */
    public static class NoDataParent implements Serializable {
        int number = 5;

        private void readObjectNoData() throws ObjectStreamException {
            throw new InvalidObjectException("the stream has this class");
        }
    }

    /** Below a class with readObjectNoData. */
    public static class NoDataChild extends NoDataParent {
        String text = "child";
    }

    /** A linked list. */
    public static class LinkedNode implements Serializable {
        int value;
        LinkedNode next;

        LinkedNode(int value) {
            this.value = value;
        }

        /** The first of a chain of nodes. */
        static LinkedNode chain(int length) {
            LinkedNode first = new LinkedNode(0);
            LinkedNode last = first;
            for (int i = 1; i < length; i++) {
                last.next = new LinkedNode(i);
                last = last.next;
            }
            return first;
        }
    }

    /** A person with family. */
    public static class Person implements Serializable {
        String name;
        Person parent;
        List<Person> children = new ArrayList<>();
        Map<String, Object> attributes = new LinkedHashMap<>();

        Person(String name) {
            this.name = name;
        }
    }

    /** A generic class. */
    public static class Box<T> implements Serializable {
        T content;

        Box(T content) {
            this.content = content;
        }
    }

    /** A class below one of the JDK that writes itself. */
    public static class NamedDate extends Date {
        String name = "named";

        NamedDate(long milliseconds) {
            super(milliseconds);
        }
    }

    static void addTo(Cases cases) {
        cases.add("bean/point", () -> new Point(1, -2));
        cases.add("bean/empty", Empty::new);
        cases.add("bean/declared-uid", Versioned::new);
        cases.add("bean/negative-uid", NegativeVersion::new);
        cases.add("bean/all-primitives-default", AllPrimitives::new);
        cases.add("bean/all-primitives-lowest", AllPrimitives::lowest);
        cases.add("bean/all-primitives-highest", AllPrimitives::highest);
        cases.add("bean/all-boxes", AllBoxes::new);
        cases.add("bean/references", References::new);
        cases.add("bean/shadowed-fields", Shadowing::new);
        cases.add("bean/shadowed-parent-and-child", () -> Lists.arrayList(new ShadowedTop(), new Shadowing(),
                new ShadowedMiddle()));
        cases.add("bean/class-without-fields-between", () -> new LabelledPoint(7, 8));
        cases.add("bean/abstract-parent", Square::new);
        cases.add("bean/parent-not-serializable", () -> {
            SerializableChild child = new SerializableChild();
            child.lost = "not written";
            return child;
        });
        cases.add("bean/transient", Transients::new);
        cases.add("bean/read-object-no-data", NoDataChild::new);
        cases.add("bean/cyclic-self", () -> {
            LinkedNode node = new LinkedNode(1);
            node.next = node;
            return node;
        });
        cases.add("bean/cyclic-ring", () -> {
            LinkedNode first = LinkedNode.chain(3);
            first.next.next.next = first;
            return first;
        });
        cases.add("bean/chain-of-ten", () -> LinkedNode.chain(10));
        cases.add("bean/generic", () -> new Box<>(new Box<>("inner")));
        cases.add("bean/generic-self", () -> {
            Box<Object> box = new Box<>(null);
            box.content = box;
            return box;
        });
        cases.add("bean/family", () -> {
            Person parent = new Person("parent");
            for (String name : new String[] {"Ann", "Ben"}) {
                Person child = new Person(name);
                child.parent = parent;
                parent.children.add(child);
            }
            return parent;
        });
        cases.add("bean/below-jdk-class", () -> new NamedDate(86_400_000L));
        cases.add("bean/many-of-one-class", () -> {
            List<Object> list = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                list.add(new Point(i, -i));
            }
            return list;
        });
        cases.add("bean/array-and-collections-of", () -> new Object[] {new Point[] {new Point(1, 1), null},
            Lists.arrayList(new Point(2, 2)), Maps.hashMap("p", new Point(3, 3))});
    }
}
