package bridge.cases;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedList;
import java.util.List;

/** ArrayList and LinkedList. */
@SuppressWarnings("serial")
public final class Lists {
    private Lists() {
    }

    /** An ArrayList with a field more. */
    public static class TitledList extends ArrayList<Object> {
        final String title;

        TitledList(String title) {
            this.title = title;
        }
    }

    /** A LinkedList with a field more. */
    public static class CountedList extends LinkedList<Object> {
        int count = 7;
    }

    static ArrayList<Object> arrayList(Object... elements) {
        return new ArrayList<>(Arrays.asList(elements));
    }

    static LinkedList<Object> linkedList(Object... elements) {
        return new LinkedList<>(Arrays.asList(elements));
    }

    static void addTo(Cases cases) {
        cases.add("list/array-list-empty", ArrayList::new);
        cases.add("list/array-list-integers", () -> arrayList(1, 2, 3));
        cases.add("list/array-list-strings", () -> arrayList("a", "b", "", "\u20ac"));
        cases.add("list/array-list-mixed", () -> arrayList(1, 1L, 1.0, 1f, (short) 1, (byte) 1, '1', "1", true, null));
        cases.add("list/array-list-nulls", () -> arrayList(null, null, null));
        cases.add("list/array-list-nested", () -> arrayList(arrayList(1, arrayList(2, arrayList(3))), arrayList()));
        cases.add("list/array-list-large-capacity", () -> {
            ArrayList<Object> list = new ArrayList<>(1000);
            list.add("one");
            return list;
        });
        cases.add("list/array-list-in-itself", () -> {
            ArrayList<Object> list = arrayList("before");
            list.add(list);
            list.add("after");
            return list;
        });
        cases.add("list/array-list-in-each-other", () -> {
            ArrayList<Object> one = arrayList(1);
            ArrayList<Object> other = arrayList(2, one);
            one.add(other);
            return one;
        });
        cases.add("list/array-list-shared-child", () -> {
            List<Object> child = arrayList("child");
            return arrayList(child, child, arrayList("child"));
        });
        cases.add("list/array-list-empty-ones", () -> {
            List<Object> empty = arrayList();
            return arrayList(empty, arrayList(), empty);
        });
        cases.add("list/array-list-of-arrays", () -> arrayList(new int[] {1}, new Object[] {2}, new String[] {"3"}));
        cases.add("list/array-list-of-maps", () -> arrayList(Maps.hashMap("a", 1), Maps.linkedHashMap("b", 2)));
        cases.add("list/array-list-10000", () -> {
            ArrayList<Object> list = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                list.add(i % 3 == 0 ? "text " + i : (Object) (i * 1000L));
            }
            return list;
        });
        cases.add("list/array-list-subclass", () -> {
            TitledList list = new TitledList("a title");
            list.add(1);
            list.add("two");
            return list;
        });
        cases.add("list/array-list-subclass-in-itself", () -> {
            TitledList list = new TitledList("recursive");
            list.add(list);
            return list;
        });
        cases.add("list/linked-list-empty", LinkedList::new);
        cases.add("list/linked-list-mixed", () -> linkedList(1, "two", null, 3.0, 4L));
        cases.add("list/linked-list-nested", () -> linkedList(linkedList(1, linkedList()), arrayList(linkedList(2))));
        cases.add("list/linked-list-in-itself", () -> {
            LinkedList<Object> list = linkedList(1);
            list.add(list);
            return list;
        });
        cases.add("list/linked-list-subclass", () -> {
            CountedList list = new CountedList();
            list.add("x");
            return list;
        });
    }
}
