package bridge.cases;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** HashMap, LinkedHashMap and TreeMap. */
@SuppressWarnings("serial")
public final class Maps {
    private Maps() {
    }

    /** Orders strings by length, then by text; with state of its own. */
    public static class ByLength implements Comparator<String>, Serializable {
        private final boolean longestFirst;

        ByLength(boolean longestFirst) {
            this.longestFirst = longestFirst;
        }

        @Override
        public int compare(String a, String b) {
            int order = Integer.compare(a.length(), b.length());
            return order != 0 ? (longestFirst ? -order : order) : a.compareTo(b);
        }
    }

    /** A HashMap with a field more. */
    public static class NamedMap extends HashMap<Object, Object> {
        String name = "named";
    }

    /** A LinkedHashMap that keeps the three latest entries. */
    public static class LatestThree extends LinkedHashMap<Object, Object> {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, Object> eldest) {
            return size() > 3;
        }
    }

    static HashMap<Object, Object> hashMap(Object... keysAndValues) {
        return filled(new HashMap<>(), keysAndValues);
    }

    static LinkedHashMap<Object, Object> linkedHashMap(Object... keysAndValues) {
        return filled(new LinkedHashMap<>(), keysAndValues);
    }

    static <M extends Map<Object, Object>> M filled(M map, Object... keysAndValues) {
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }

    private static <M extends Map<String, Object>> M words(M map) {
        for (String word : new String[] {"pear", "Apple", "fig", "banana", "Cherry"}) {
            map.put(word, word.length());
        }
        return map;
    }

    static void addTo(Cases cases) {
        addHashMaps(cases);
        addLinkedHashMaps(cases);
        addTreeMaps(cases);
    }

    private static void addHashMaps(Cases cases) {
        cases.add("map/hash-map-empty", HashMap::new);
        cases.add("map/hash-map-strings", () -> hashMap("one", 1, "two", 2, "three", 3));
        cases.add("map/hash-map-integer-keys", () -> hashMap(1, "a", -1, "b", 1_000_000, "c"));
        cases.add("map/hash-map-long-keys", () -> hashMap(1L, "a", Long.MAX_VALUE, "b"));
        cases.add("map/hash-map-null-key", () -> hashMap(null, "value", "key", 1));
        cases.add("map/hash-map-null-value", () -> hashMap("key", null, null, null));
        cases.add("map/hash-map-one-in-three-types", () -> hashMap(1, "Integer", 1L, "Long", 1.0, "Double"));
        cases.add("map/hash-map-one-in-all-types", () -> hashMap(1, "Integer", 1L, "Long", 1.0, "Double", 1f, "Float",
                (short) 1, "Short", (byte) 1, "Byte", true, "Boolean", '\1', "Character", "1", "String",
                BigInteger.ONE, "BigInteger", BigDecimal.ONE, "BigDecimal", new BigDecimal("1.0"), "scale 1"));
        cases.add("map/hash-map-character-and-string", () -> hashMap('a', "Character", "a", "String"));
        cases.add("map/hash-map-zeros", () -> hashMap(0.0, "positive", -0.0, "negative", 0, "Integer", false, "Boolean"));
        cases.add("map/hash-map-nan-key", () -> hashMap(Double.NaN, "double", Float.NaN, "float"));
        cases.add("map/hash-map-list-keys", () ->
                hashMap(Lists.arrayList(1, 2), "a", Lists.arrayList(), "b", Lists.linkedList(3), "c"));
        cases.add("map/hash-map-map-keys", () -> hashMap(hashMap("a", 1), "map as key", hashMap(), "empty map"));
        cases.add("map/hash-map-set-keys", () -> hashMap(Sets.hashSet(1, 2), "set as key"));
        cases.add("map/hash-map-array-key", () -> hashMap(new int[] {1, 2}, "by identity"));
        cases.add("map/hash-map-bean-key", () -> hashMap(new Beans.Point(1, 2), "by identity"));
        cases.add("map/hash-map-record-keys", () ->
                hashMap(new Records.Point(1, 2), "a", new Records.Point(3, 4), "b"));
        cases.add("map/hash-map-nested", () -> hashMap("in", hashMap("in", hashMap("in", "end")), "list",
                Lists.arrayList(hashMap())));
        cases.add("map/hash-map-in-itself", () -> {
            HashMap<Object, Object> map = hashMap("name", "recursive");
            map.put("self", map);
            return map;
        });
        cases.add("map/hash-map-colliding-keys", () -> hashMap("Aa", 1, "BB", 2, "C#", 3));
        cases.add("map/hash-map-load-factor", () -> filled(new HashMap<>(100, 0.5f), "a", 1));
        cases.add("map/hash-map-shared-value", () -> {
            Object shared = Lists.arrayList("shared");
            return hashMap("a", shared, "b", shared, "c", Lists.arrayList("shared"));
        });
        cases.add("map/hash-map-key-is-value", () -> {
            String both = "key and value";
            return hashMap(both, both);
        });
        cases.add("map/hash-map-1000", () -> {
            HashMap<Object, Object> map = new HashMap<>();
            for (int i = 0; i < 1000; i++) {
                map.put("key " + i, i);
            }
            return map;
        });
        cases.add("map/hash-map-subclass", () -> filled(new NamedMap(), "a", 1));
    }

    private static void addLinkedHashMaps(Cases cases) {
        cases.add("map/linked-hash-map-empty", LinkedHashMap::new);
        cases.add("map/linked-hash-map-order", () -> linkedHashMap("z", 1, "a", 2, "m", 3, "b", 4));
        cases.add("map/linked-hash-map-null-key-and-value", () -> linkedHashMap(null, 1, "x", null));
        cases.add("map/linked-hash-map-access-order", () -> {
            LinkedHashMap<Object, Object> map = filled(new LinkedHashMap<>(16, 0.75f, true), "a", 1, "b", 2, "c", 3);
            map.get("a");
            return map;
        });
        cases.add("map/linked-hash-map-one-in-three-types", () -> linkedHashMap(1.0, "Double", 1, "Integer", 1L, "Long"));
        cases.add("map/linked-hash-map-list-keys", () -> linkedHashMap(Lists.arrayList("k"), 1, Lists.arrayList(), 2));
        cases.add("map/linked-hash-map-nested", () -> linkedHashMap("a", linkedHashMap("b", linkedHashMap())));
        cases.add("map/linked-hash-map-in-itself", () -> {
            LinkedHashMap<Object, Object> map = linkedHashMap("first", 1);
            map.put("self", map);
            map.put("last", Lists.arrayList(map));
            return map;
        });
        cases.add("map/linked-hash-map-subclass", () -> filled(new LatestThree(), 1, "a", 2, "b", 3, "c", 4, "d"));
    }

    private static void addTreeMaps(Cases cases) {
        cases.add("map/tree-map-empty", () -> new TreeMap<Object, Object>());
        cases.add("map/tree-map-natural", () -> words(new TreeMap<>()));
        cases.add("map/tree-map-integers", () -> filled(new TreeMap<>(), 3, "c", 1, "a", 2, "b"));
        cases.add("map/tree-map-null-value", () -> filled(new TreeMap<>(), "a", null));
        cases.add("map/tree-map-case-insensitive", () -> words(new TreeMap<>(String.CASE_INSENSITIVE_ORDER)));
        cases.add("map/tree-map-reverse-order", () -> words(new TreeMap<>(Collections.reverseOrder())));
        cases.add("map/tree-map-reverse-of-comparator", () ->
                words(new TreeMap<>(Collections.reverseOrder(new ByLength(false)))));
        cases.add("map/tree-map-natural-order-comparator", () ->
                words(new TreeMap<>(Comparator.<String>naturalOrder())));
        cases.add("map/tree-map-custom-comparator", () -> words(new TreeMap<>(new ByLength(true))));
        cases.add("map/tree-map-lambda-comparator", () -> words(new TreeMap<>(
                (Comparator<String> & Serializable) (a, b) -> b.compareTo(a))));
        cases.add("map/tree-map-null-key", () -> {
            TreeMap<String, Object> map = new TreeMap<>(Comparator.nullsFirst(Comparator.naturalOrder()));
            map.put(null, "null");
            map.put("a", 1);
            return map;
        });
        cases.add("map/tree-map-nested", () -> filled(new TreeMap<>(), "a", filled(new TreeMap<>(), 1, "x")));
        cases.add("map/tree-map-in-itself", () -> {
            TreeMap<Object, Object> map = filled(new TreeMap<>(), "a", 1);
            map.put("self", map);
            return map;
        });
    }
}
