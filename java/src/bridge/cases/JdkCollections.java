package bridge.cases;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.Hashtable;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Properties;
import java.util.Set;
import java.util.Stack;
import java.util.TreeMap;
import java.util.Vector;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;

/** Collections and maps of the JDK beyond the common ones. */
public final class JdkCollections {
    private JdkCollections() {
    }

    static void addTo(Cases cases) {
        cases.add("collection/array-deque", () -> new ArrayDeque<>(List.of(1, "two", 3.0)));
        cases.add("collection/vector", () -> new Vector<>(Lists.arrayList(1, null, "x")));
        cases.add("collection/stack", () -> {
            Stack<Object> stack = new Stack<>();
            stack.push("bottom");
            stack.push("top");
            return stack;
        });
        cases.add("collection/priority-queue", () -> new PriorityQueue<>(List.of(3, 1, 2)));
        cases.add("collection/arrays-as-list", () -> Arrays.asList(1, "two", null));
        cases.add("collection/arrays-as-list-of-strings", () -> Arrays.asList("a", "b"));
        cases.add("collection/list-of-none", List::of);
        cases.add("collection/list-of-one", () -> List.of("a"));
        cases.add("collection/list-of-many", () -> List.of(1, 2, 3, 4));
        cases.add("collection/stream-to-list", () -> Stream.of(1, 2, 3).toList());
        cases.add("collection/stream-to-list-with-null", () -> Stream.of(1, null).toList());
        cases.add("collection/set-of-one", () -> Set.of("a"));
        cases.add("collection/map-of-one", () -> Map.of("a", 1));
        cases.add("collection/singletons", () -> Lists.arrayList(Collections.singletonList(1),
                Collections.singleton(2), Collections.singletonMap(3, 4)));
        cases.add("collection/empty-ones", () -> Lists.arrayList(Collections.emptyList(), Collections.emptySet(),
                Collections.emptyMap(), Collections.emptyList()));
        cases.add("collection/n-copies", () -> Collections.nCopies(3, "copy"));
        cases.add("collection/unmodifiable", () -> Lists.arrayList(
                Collections.unmodifiableList(Lists.arrayList(1)), Collections.unmodifiableList(Lists.linkedList(1)),
                Collections.unmodifiableSet(Sets.hashSet(1)), Collections.unmodifiableMap(Maps.hashMap(1, 2)),
                Collections.unmodifiableSortedMap(new TreeMap<>(Map.of(1, 2)))));
        cases.add("collection/synchronized", () -> Lists.arrayList(
                Collections.synchronizedList(Lists.arrayList(1)), Collections.synchronizedMap(Maps.hashMap(1, 2))));
        cases.add("collection/checked", () -> Collections.checkedList(Lists.arrayList("a"), Object.class));
        cases.add("collection/copy-on-write", () -> Lists.arrayList(
                new CopyOnWriteArrayList<>(List.of(1, 2)), new CopyOnWriteArraySet<>(List.of(3, 1))));
        cases.add("collection/concurrent-hash-map", () -> Maps.filled(new ConcurrentHashMap<>(), "a", 1, "b", 2));
        cases.add("collection/concurrent-skip-list-map", () ->
                Maps.filled(new ConcurrentSkipListMap<>(), "b", 1, "a", 2));
        cases.add("collection/concurrent-linked-queue", () -> new ConcurrentLinkedQueue<>(List.of(1, 2)));
        cases.add("collection/array-blocking-queue", () -> new ArrayBlockingQueue<>(5, false, List.of(1, 2)));
        cases.add("collection/linked-blocking-queue", () -> new LinkedBlockingQueue<>(List.of(1, 2)));
        cases.add("collection/hashtable", () -> Maps.filled(new Hashtable<>(), "a", 1, "b", Lists.arrayList()));
        cases.add("collection/properties", () -> {
            Properties defaults = new Properties();
            defaults.setProperty("colour", "red");
            Properties properties = new Properties(defaults);
            properties.setProperty("size", "5");
            return properties;
        });
        cases.add("collection/identity-hash-map", () -> Maps.filled(new IdentityHashMap<>(), "one", 1));
        cases.add("collection/sub-list", () -> Lists.arrayList((Object) new TreeMap<>(Map.of(1, "a")).headMap(5)));
        cases.add("collection/reversed-tree-map", () -> Maps.filled(new TreeMap<>(), 1, "a", 2, "b").descendingMap());
    }
}
