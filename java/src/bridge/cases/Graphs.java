package bridge.cases;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/** Sharing and cycles across containers. */
public final class Graphs {
    private Graphs() {
    }

    static void addTo(Cases cases) {
        cases.add("graph/cycle-list-self", () -> {
            List<Object> list = new ArrayList<>();
            list.add(list);
            return list;
        });
        cases.add("graph/cycle-list-map-list", () -> {
            List<Object> list = Lists.arrayList("list");
            HashMap<Object, Object> map = Maps.hashMap("list", list);
            list.add(Lists.linkedList(map));
            return list;
        });
        cases.add("graph/cycle-bean-collections", () -> {
            Beans.Person parent = new Beans.Person("parent");
            Beans.Person child = new Beans.Person("child");
            parent.children.add(child);
            child.parent = parent;
            parent.attributes.put("favourite", child);
            parent.attributes.put("self", parent);
            return parent;
        });
        cases.add("graph/diamond", () -> {
            List<Object> bottom = Lists.arrayList("bottom");
            return Lists.arrayList(Lists.arrayList(bottom), Lists.linkedList(bottom), bottom);
        });
        cases.add("graph/equal-but-distinct", () ->
                Lists.arrayList(Lists.arrayList(1), Lists.arrayList(1), new Beans.Point(1, 2), new Beans.Point(1, 2)));
        cases.add("graph/shared-across-kinds", () -> {
            int[] numbers = {1, 2};
            String text = "shared text";
            Beans.Point point = new Beans.Point(5, 6);
            return new Object[] {numbers, text, point, Maps.linkedHashMap(text, numbers, "point", point),
                Lists.arrayList(point, text, numbers)};
        });
        cases.add("graph/shared-strings-in-beans", () -> {
            String name = "same name";
            return Lists.arrayList(new Beans.Person(name), new Beans.Person(name),
                    new Beans.Person(Strings.fresh(name)));
        });
        cases.add("graph/doubling-30", () -> {
            List<Object> level = Lists.arrayList("bottom");
            for (int i = 0; i < 30; i++) {
                level = Lists.arrayList(level, level);
            }
            return level;
        });
        cases.add("graph/complete-20", () -> {
            List<List<Object>> nodes = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                nodes.add(Lists.arrayList(i));
            }
            for (List<Object> node : nodes) {
                node.addAll(nodes);
            }
            return nodes;
        });
        cases.add("graph/back-references-1000", () -> {
            List<Object> list = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                list.add(new Beans.Point(i, -i));
            }
            for (int i = 499; i >= 0; i--) {
                list.add(list.get(i));
            }
            return list;
        });
    }
}
