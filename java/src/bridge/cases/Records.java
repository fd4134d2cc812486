package bridge.cases;

import java.io.Serializable;
import java.util.List;
import java.util.Map;

/** Records. */
@SuppressWarnings("serial")
public final class Records {
    private Records() {
    }

    /** A record of primitives. */
    public record Point(int x, int y) implements Serializable {
    }

    /** A record without components. */
    public record Nothing() implements Serializable {
    }

    /** Every primitive type; the components in another order than the stream has them. */
    public record AllPrimitives(double d, boolean z, String text, byte b, char c, short s, int i, long j, float f)
            implements Serializable {
    }

    /** Records in a record. */
    public record Line(Point from, Point to, String label) implements Serializable {
    }

    /** A generic record. */
    public record Pair<A, B>(A first, B second) implements Serializable {
    }

    /** A record of containers. */
    public record Containers(int[] numbers, List<Object> list, Map<Object, Object> map, Object[] objects)
            implements Serializable {
    }

    /** A recursive record. */
    public record Tree(String name, Tree left, Tree right) implements Serializable {
    }

    /** A record that declares its version and checks its arguments. */
    public record Range(int low, int high) implements Serializable {
        private static final long serialVersionUID = 7;

        public Range {
            if (low > high) {
                throw new IllegalArgumentException("low above high");
            }
        }
    }

    static void addTo(Cases cases) {
        cases.add("record/point", () -> new Point(3, -4));
        cases.add("record/empty", Nothing::new);
        cases.add("record/all-primitives", () -> new AllPrimitives(-0.0, true, "text", Byte.MIN_VALUE, '\u20ac',
                Short.MAX_VALUE, Integer.MIN_VALUE, Long.MAX_VALUE, Float.NaN));
        cases.add("record/null-component", () -> new Line(new Point(1, 2), null, null));
        cases.add("record/nested", () -> new Line(new Point(1, 2), new Point(3, 4), "label"));
        cases.add("record/shared-component", () -> {
            Point both = new Point(1, 2);
            return new Line(both, both, "a point");
        });
        cases.add("record/generic", () -> new Pair<>("text", new Pair<>(1L, Lists.arrayList(1))));
        cases.add("record/containers", () -> new Containers(new int[] {1, 2}, Lists.arrayList(1, "a"),
                Maps.hashMap("k", new Point(0, 0)), new Object[] {new Nothing(), null}));
        cases.add("record/tree", () ->
                new Tree("root", new Tree("left", null, null), new Tree("right", new Tree("leaf", null, null), null)));
        cases.add("record/declared-uid", () -> new Range(1, 10));
        cases.add("record/in-list-twice", () -> {
            Point point = new Point(9, 9);
            return Lists.arrayList(point, new Point(9, 9), point);
        });
        cases.add("record/map-keys", () -> Maps.linkedHashMap(new Point(1, 1), "a", new Point(2, 2), "b"));
        cases.add("record/beside-bean-of-same-name", () -> Lists.arrayList(new Point(1, 2), new Beans.Point(1, 2)));
        // A record is made when all its components are read: Java reads the reference back to it as null.
        cases.add("record/cyclic-through-list", () -> {
            List<Object> list = Lists.arrayList("list");
            Pair<String, Object> pair = new Pair<>("pair", list);
            list.add(pair);
            return pair;
        });
        cases.add("record/holding-list-that-holds-it", () -> {
            List<Object> list = Lists.arrayList("list");
            list.add(new Pair<>("pair", list));
            return list;
        });
    }
}
