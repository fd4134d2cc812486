package bridge.cases;

import java.math.BigDecimal;
import java.util.AbstractMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Properties;
import java.util.Set;
import java.util.Stack;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.Vector;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What else there is in java.util to hold objects: with what it carries beside them, and in graphs. */
@SuppressWarnings("serial")
public final class Containers {
    private Containers() {
    }

    static void addTo(Cases cases) {
        addLists(cases);
        addImmutable(cases);
        addMaps(cases);
        addSets(cases);
        addViews(cases);
    }

    private static void addLists(Cases cases) {
        cases.add("container/array-deque-empty", ArrayDeque::new);
        cases.add("container/array-deque-wrapped-around", () -> {
            ArrayDeque<Object> deque = new ArrayDeque<>(4);
            for (int i = 0; i < 10; i++) {
                deque.addLast(i);
                if (i > 2) {
                    deque.removeFirst();
                }
            }
            deque.addFirst("first");
            return deque;
        });
        cases.add("container/array-deque-in-itself", () -> {
            ArrayDeque<Object> deque = new ArrayDeque<>();
            deque.add(deque);
            return deque;
        });
        cases.add("container/vector-empty", Vector::new);
        cases.add("container/vector-increment", () -> {
            Vector<Object> vector = new Vector<>(5, 3);
            vector.add(null);
            return vector;
        });
        cases.add("container/vector-in-itself", () -> {
            Vector<Object> vector = new Vector<>();
            vector.add(1);
            vector.add(vector);
            return vector;
        });
        cases.add("container/stack-shared", () -> {
            Stack<Object> stack = new Stack<>();
            stack.push(stack);
            return Lists.arrayList(stack, stack);
        });
        cases.add("container/priority-queue-empty", () -> new PriorityQueue<Object>());
        cases.add("container/priority-queue-comparator", () -> {
            PriorityQueue<Integer> queue = new PriorityQueue<>(Comparator.reverseOrder());
            queue.addAll(List.of(5, 1, 4, 2, 3));
            return queue;
        });
        cases.add("container/arrays-as-list-of-shared-array", () -> {
            Integer[] array = {1, 2};
            return Lists.arrayList(Arrays.asList(array), array);
        });
        cases.add("container/arrays-as-list-empty", () -> Arrays.asList());
        cases.add("container/arrays-as-list-in-itself", () -> {
            Object[] array = new Object[2];
            List<Object> list = Arrays.asList(array);
            array[1] = list;
            return list;
        });
        cases.add("container/entry-in-itself", () -> {
            AbstractMap.SimpleEntry<Object, Object> entry = new AbstractMap.SimpleEntry<>("key", 1);
            entry.setValue(entry);
            return entry;
        });
        cases.add("container/entries", () -> new ArrayList<>(
                List.of(new AbstractMap.SimpleEntry<>("a", 1), new AbstractMap.SimpleImmutableEntry<>(2, "b"))));
    }

    private static void addImmutable(Cases cases) {
        cases.add("container/list-of-two", () -> List.of("a", "b"));
        cases.add("container/list-of-lists", () -> List.of(List.of(1, 2), List.of(), List.of(List.of(3))));
        cases.add("container/list-copy-of", () -> List.copyOf(Lists.arrayList(1, "x", 2.5)));
        cases.add("container/stream-to-list-empty", () -> Stream.of().toList());
        cases.add("container/stream-to-list-strings", () -> Stream.of("a", "b").toList());
        cases.add("container/collected-unmodifiable", () -> Stream.of(3, 1).collect(Collectors.toUnmodifiableList()));
        cases.add("container/set-of-none", Set::of);
        cases.add("container/set-of-two", () -> Set.of(1, 2));
        cases.add("container/set-of-many", () -> Set.of("a", "b", "c", "d", "e"));
        cases.add("container/set-of-lists-of", () -> Set.of(List.of(1, 2), List.of(3)));
        cases.add("container/set-of-sets", () -> Set.of(Set.of(1), Set.of()));
        cases.add("container/set-of-array-lists", () -> Set.of(Lists.arrayList(1), Lists.arrayList(2)));
        cases.add("container/set-of-one-in-three-types", () -> Set.of(1, 1L, 1.0));
        cases.add("container/map-of-none", Map::of);
        cases.add("container/map-of-many", () -> Map.of("a", 1, "b", 2, "c", List.of()));
        cases.add("container/map-of-list-keys", () -> Map.of(List.of(1), "a", List.of(), "b"));
        cases.add("container/map-of-array-list-keys", () -> Map.of(Lists.arrayList(1), "a"));
        cases.add("container/map-copy-of", () -> Map.copyOf(Maps.hashMap("k", "v")));
        cases.add("container/list-of-in-cycle", () -> {
            ArrayList<Object> list = new ArrayList<>();
            list.add(List.of(list));
            return list;
        });
        cases.add("container/array-list-of-many-types", () -> Lists.arrayList(List.of(1), Set.of(2), Map.of(3, 4),
                new BigDecimal("1.0"), new UUID(1, 2), Collections.emptyList()));
    }

    private static void addMaps(Cases cases) {
        cases.add("container/hashtable-empty", Hashtable::new);
        cases.add("container/hashtable-load-factor", () -> Maps.filled(new Hashtable<>(50, 0.5f), 1, 2));
        cases.add("container/hashtable-in-itself", () -> {
            Hashtable<Object, Object> table = new Hashtable<>();
            table.put("self", table);
            return table;
        });
        cases.add("container/properties-empty", Properties::new);
        cases.add("container/properties-plain", () -> {
            Properties properties = new Properties();
            properties.setProperty("a", "1");
            properties.setProperty("b", "2");
            return properties;
        });
        cases.add("container/identity-hash-map-equal-keys", () -> {
            IdentityHashMap<Object, Object> map = new IdentityHashMap<>();
            map.put(Lists.arrayList(1), "one");
            map.put(Lists.arrayList(1), "other");
            return map;
        });
        cases.add("container/enum-map", () -> {
            EnumMap<TimeUnit, Object> map = new EnumMap<>(TimeUnit.class);
            map.put(TimeUnit.DAYS, 1);
            map.put(TimeUnit.HOURS, null);
            return map;
        });
        cases.add("container/enum-map-empty", () -> new EnumMap<>(TimeUnit.class));
        cases.add("container/enum-map-of-own-enum", () -> {
            EnumMap<java.time.Month, Object> map = new EnumMap<>(java.time.Month.class);
            map.put(java.time.Month.MAY, "spring");
            return map;
        });
        cases.add("container/sub-maps", () -> {
            TreeMap<Object, Object> map = Maps.filled(new TreeMap<>(), 1, "a", 2, "b", 3, "c");
            return Lists.arrayList(map.headMap(2), map.tailMap(2, true), map.subMap(1, 3), map.descendingMap());
        });
    }

    private static void addSets(Cases cases) {
        cases.add("container/enum-set", () -> EnumSet.of(TimeUnit.DAYS, TimeUnit.SECONDS));
        cases.add("container/enum-set-empty", () -> EnumSet.noneOf(TimeUnit.class));
        cases.add("container/enum-set-of-own-enum", () -> EnumSet.allOf(java.time.DayOfWeek.class));
        cases.add("container/set-from-map", () -> {
            Set<Object> set = Collections.newSetFromMap(new HashMap<>());
            set.add(1);
            set.add("two");
            return set;
        });
        cases.add("container/set-from-identity-map", () -> {
            Set<Object> set = Collections.newSetFromMap(new IdentityHashMap<>());
            set.add(Lists.arrayList(1));
            set.add(Lists.arrayList(1));
            return set;
        });
        cases.add("container/lifo-queue", () -> {
            ArrayDeque<Object> deque = new ArrayDeque<>(List.of(1, 2));
            return Lists.arrayList(Collections.asLifoQueue(deque), deque);
        });
    }

    private static void addViews(Cases cases) {
        cases.add("view/empty", () -> Lists.arrayList(Collections.emptyList(), Collections.emptySet(),
                Collections.emptyMap(), Collections.emptySortedSet(), Collections.emptyNavigableMap()));
        cases.add("view/empty-list", Collections::emptyList);
        cases.add("view/empty-set", Collections::emptySet);
        cases.add("view/empty-map", Collections::emptyMap);
        cases.add("view/singleton-list", () -> Collections.singletonList("only"));
        cases.add("view/singleton", () -> Collections.singleton("only"));
        cases.add("view/singleton-map", () -> Collections.singletonMap("key", "value"));
        cases.add("view/singleton-of-list", () -> Collections.singleton(Lists.arrayList(1)));
        cases.add("view/singleton-in-cycle", () -> {
            ArrayList<Object> list = new ArrayList<>();
            list.add(Collections.singletonList(list));
            return list;
        });
        cases.add("view/n-copies", () -> Collections.nCopies(3, "copy"));
        cases.add("view/n-copies-none", () -> Collections.nCopies(0, "copy"));
        cases.add("view/n-copies-many", () -> Collections.nCopies(1_000_000, "copy"));
        cases.add("view/unmodifiable-list", () -> Collections.unmodifiableList(Lists.arrayList(1, 2)));
        cases.add("view/unmodifiable-linked-list", () -> Collections.unmodifiableList(new LinkedList<>(List.of(1, 2))));
        cases.add("view/unmodifiable-collection", () -> Collections.unmodifiableCollection(Lists.arrayList(1, 2)));
        cases.add("view/unmodifiable-set", () -> Collections.unmodifiableSet(Sets.hashSet("a", "b")));
        cases.add("view/unmodifiable-linked-set", () ->
                Collections.unmodifiableSet(new LinkedHashSet<>(List.of("z", "a"))));
        cases.add("view/unmodifiable-map", () -> Collections.unmodifiableMap(Maps.hashMap("a", 1)));
        cases.add("view/unmodifiable-linked-map", () -> Collections.unmodifiableMap(Maps.linkedHashMap("z", 1, "a", 2)));
        cases.add("view/unmodifiable-sorted-set", () -> Collections.unmodifiableSortedSet(new TreeSet<>(Set.of(2, 1))));
        cases.add("view/unmodifiable-navigable-set", () ->
                Collections.unmodifiableNavigableSet(new TreeSet<>(Set.of(2, 1))));
        cases.add("view/unmodifiable-sorted-map", () ->
                Collections.unmodifiableSortedMap(new TreeMap<>(Map.of(2, "b", 1, "a"))));
        cases.add("view/unmodifiable-navigable-map", () ->
                Collections.unmodifiableNavigableMap(new TreeMap<>(Map.of(2, "b", 1, "a"))));
        cases.add("view/unmodifiable-of-immutable", () -> Collections.unmodifiableList(List.of(1, 2)));
        cases.add("view/unmodifiable-of-lists", () -> Collections.unmodifiableSet(Sets.hashSet(Lists.arrayList(1))));
        cases.add("view/unmodifiable-with-its-list", () -> {
            ArrayList<Object> list = Lists.arrayList("shared");
            return Lists.arrayList(list, Collections.unmodifiableList(list), Collections.unmodifiableList(list));
        });
        cases.add("view/unmodifiable-in-its-list", () -> {
            ArrayList<Object> list = Lists.arrayList("before");
            list.add(Collections.unmodifiableList(list));
            list.add("after");
            return list;
        });
        cases.add("view/unmodifiable-around-itself", () -> {
            ArrayList<Object> list = Lists.arrayList("before");
            List<Object> view = Collections.unmodifiableList(list);
            list.add(view);
            list.add("after");
            return view;
        });
        cases.add("view/unmodifiable-map-in-itself", () -> {
            HashMap<Object, Object> map = Maps.hashMap("a", 1);
            Map<Object, Object> view = Collections.unmodifiableMap(map);
            map.put("self", view);
            return Lists.arrayList(map, view);
        });
        cases.add("view/synchronized-list", () -> Collections.synchronizedList(Lists.arrayList(1, 2)));
        cases.add("view/synchronized-linked-list", () -> Collections.synchronizedList(new LinkedList<>(List.of(1))));
        cases.add("view/synchronized-collection", () -> Collections.synchronizedCollection(Lists.arrayList(1)));
        cases.add("view/synchronized-set", () -> Collections.synchronizedSet(Sets.hashSet(1)));
        cases.add("view/synchronized-sorted-set", () -> Collections.synchronizedSortedSet(new TreeSet<>(Set.of(2, 1))));
        cases.add("view/synchronized-navigable-set", () ->
                Collections.synchronizedNavigableSet(new TreeSet<>(Set.of(2, 1))));
        cases.add("view/synchronized-map", () -> Collections.synchronizedMap(Maps.hashMap("a", 1)));
        cases.add("view/synchronized-sorted-map", () ->
                Collections.synchronizedSortedMap(new TreeMap<>(Map.of(2, "b", 1, "a"))));
        cases.add("view/synchronized-navigable-map", () ->
                Collections.synchronizedNavigableMap(new TreeMap<>(Map.of(2, "b", 1, "a"))));
        cases.add("view/checked-list", () -> Collections.checkedList(Lists.arrayList("a", "b"), Object.class));
        cases.add("view/checked-collection", () ->
                Collections.checkedCollection(Lists.arrayList("a", "b"), Object.class));
        cases.add("view/checked-linked-list", () ->
                Collections.checkedList(new LinkedList<>(List.of("a")), String.class));
        cases.add("view/checked-set", () -> Collections.checkedSet(Sets.hashSet(1), Object.class));
        cases.add("view/checked-sorted-set", () ->
                Collections.checkedSortedSet(new TreeSet<>(Set.of(2, 1)), Integer.class));
        cases.add("view/checked-navigable-set", () ->
                Collections.checkedNavigableSet(new TreeSet<>(Set.of(2, 1)), Integer.class));
        cases.add("view/checked-queue", () -> Collections.checkedQueue(new ArrayDeque<>(List.of(1)), Integer.class));
        cases.add("view/checked-map", () -> Collections.checkedMap(Maps.hashMap("a", 1), Object.class, Object.class));
        cases.add("view/checked-sorted-map", () -> Collections.checkedSortedMap(
                new TreeMap<>(Map.of("a", 1)), String.class, Integer.class));
        cases.add("view/checked-navigable-map", () -> Collections.checkedNavigableMap(
                new TreeMap<>(Map.of("a", 1)), String.class, Integer.class));
        cases.add("view/comparators", () -> Lists.arrayList(Collections.reverseOrder(),
                Collections.reverseOrder(String.CASE_INSENSITIVE_ORDER), Comparator.naturalOrder()));
    }
}
