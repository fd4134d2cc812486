package bridge.cases;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * Deep graphs and wide ones.
 *
 * <p>Java's writer and reader recurse: the deep ones need a thread with a large stack on the Java side.
 */
public final class Sizes {
    private Sizes() {
    }

    static void addTo(Cases cases) {
        cases.add("deep/linked-nodes-1000", () -> Beans.LinkedNode.chain(1000));
        cases.add("deep/linked-nodes-100000", () -> Beans.LinkedNode.chain(100_000));
        cases.add("deep/nested-array-lists-50000", () -> {
            List<Object> list = new ArrayList<>();
            for (int i = 1; i < 50_000; i++) {
                list = Lists.arrayList(list);
            }
            return list;
        });
        cases.add("deep/nested-object-arrays-10000", () -> {
            Object[] array = {};
            for (int i = 1; i < 10_000; i++) {
                array = new Object[] {array};
            }
            return array;
        });
        cases.add("deep/nested-maps-10000", () -> {
            LinkedHashMap<Object, Object> map = new LinkedHashMap<>();
            for (int i = 1; i < 10_000; i++) {
                map = Maps.linkedHashMap("in", map);
            }
            return map;
        });
        cases.add("deep/custom-writers-5000", () -> CustomWriters.Nesting.of(5000));
        cases.add("deep/externalizables-5000", () -> Externalizables.Linked.chain(5000));
        cases.add("deep/records-5000", () -> {
            Records.Tree tree = null;
            for (int i = 0; i < 5000; i++) {
                tree = new Records.Tree("level", tree, null);
            }
            return tree;
        });
        cases.add("deep/causes-500", () -> {
            Exception exception = Throwables.traced(new Exception("first"));
            for (int i = 1; i < 500; i++) {
                exception = Throwables.traced(new Exception("after " + i, exception));
            }
            return exception;
        });

        cases.add("wide/list-100000", () -> {
            List<Object> list = new ArrayList<>();
            for (int i = 0; i < 100_000; i++) {
                list.add(i);
            }
            return list;
        });
        cases.add("wide/strings-20000", () -> {
            List<Object> list = new ArrayList<>();
            for (int i = 0; i < 20_000; i++) {
                list.add("string " + i % 15_000);
            }
            return list;
        });
        cases.add("wide/beans-20000", () -> {
            Beans.Point[] points = new Beans.Point[20_000];
            for (int i = 0; i < points.length; i++) {
                points[i] = new Beans.Point(i, -i);
            }
            return points;
        });
        cases.add("wide/map-20000", () -> {
            LinkedHashMap<Object, Object> map = new LinkedHashMap<>();
            for (int i = 0; i < 20_000; i++) {
                map.put("key " + i, i * 0.5);
            }
            return map;
        });
        cases.add("wide/bytes-1000000", () -> new byte[1_000_000]);
    }
}
