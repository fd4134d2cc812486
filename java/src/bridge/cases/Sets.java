package bridge.cases;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;

/** HashSet, LinkedHashSet and TreeSet. */
@SuppressWarnings("serial")
public final class Sets {
    private Sets() {
    }

    /** Holds a set that holds the holder. */
    public static class Member implements Serializable {
        final Set<Object> group = new HashSet<>();
    }

    /** A HashSet with a field more. */
    public static class LabelledSet extends HashSet<Object> {
        String label = "labelled";
    }

    static HashSet<Object> hashSet(Object... elements) {
        return new HashSet<>(Arrays.asList(elements));
    }

    static LinkedHashSet<Object> linkedHashSet(Object... elements) {
        return new LinkedHashSet<>(Arrays.asList(elements));
    }

    static void addTo(Cases cases) {
        cases.add("set/hash-set-empty", HashSet::new);
        cases.add("set/hash-set-integers", () -> hashSet(3, 1, 2, -5, 1_000_000));
        cases.add("set/hash-set-strings", () -> hashSet("a", "b", "c", ""));
        cases.add("set/hash-set-null", () -> hashSet(null, "a"));
        cases.add("set/hash-set-one-in-three-types", () -> hashSet(1, 1L, 1.0));
        cases.add("set/hash-set-booleans-and-numbers", () -> hashSet(true, false, 1, 0));
        cases.add("set/hash-set-of-lists", () -> hashSet(Lists.arrayList(1, 2), Lists.arrayList(), Lists.linkedList(3)));
        cases.add("set/hash-set-of-sets", () -> hashSet(hashSet(1), hashSet(), hashSet(hashSet(2))));
        cases.add("set/hash-set-of-maps", () -> hashSet(Maps.hashMap("a", 1), Maps.hashMap()));
        cases.add("set/hash-set-of-records", () -> hashSet(new Records.Point(1, 2), new Records.Point(3, 4)));
        cases.add("set/hash-set-load-factor", () -> {
            HashSet<Object> set = new HashSet<>(100, 0.5f);
            set.add("a");
            return set;
        });
        cases.add("set/hash-set-holding-its-owner", () -> {
            Member member = new Member();
            member.group.add(member);
            return member;
        });
        cases.add("set/hash-set-1000", () -> {
            HashSet<Object> set = new HashSet<>();
            for (int i = 0; i < 1000; i++) {
                set.add("element " + i);
            }
            return set;
        });
        cases.add("set/hash-set-subclass", () -> {
            LabelledSet set = new LabelledSet();
            set.add(1);
            return set;
        });
        cases.add("set/hash-set-shared", () -> {
            Set<Object> shared = hashSet(1, 2);
            return Lists.arrayList(shared, shared, hashSet(1, 2));
        });
        cases.add("set/linked-hash-set-empty", LinkedHashSet::new);
        cases.add("set/linked-hash-set-order", () -> linkedHashSet("z", "a", "m", "b"));
        cases.add("set/linked-hash-set-null", () -> linkedHashSet("a", null, "b"));
        cases.add("set/linked-hash-set-one-in-three-types", () -> linkedHashSet(1L, 1.0, 1));
        cases.add("set/linked-hash-set-nested", () ->
                linkedHashSet(linkedHashSet(2, 1), Lists.arrayList("x"), linkedHashSet()));
        cases.add("set/tree-set-empty", () -> new TreeSet<Object>());
        cases.add("set/tree-set-natural", () -> new TreeSet<>(Arrays.asList("pear", "apple", "fig")));
        cases.add("set/tree-set-integers", () -> new TreeSet<>(Arrays.asList(3, 1, 2)));
        cases.add("set/tree-set-reverse-order", () -> {
            TreeSet<Integer> set = new TreeSet<>(Collections.reverseOrder());
            set.addAll(Arrays.asList(1, 2, 3));
            return set;
        });
        cases.add("set/tree-set-case-insensitive", () -> {
            TreeSet<String> set = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
            set.addAll(Arrays.asList("b", "A", "c"));
            return set;
        });
        cases.add("set/tree-set-custom-comparator", () -> {
            TreeSet<String> set = new TreeSet<>(new Maps.ByLength(true));
            set.addAll(Arrays.asList("a", "ccc", "bb"));
            return set;
        });
    }
}
