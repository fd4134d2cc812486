package bridge.cases;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.concurrent.TimeUnit;

/** Enum constants. */
public final class Enums {
    private Enums() {
    }

    /** A plain enum. */
    public enum Colour { RED, GREEN, BLUE }

    /** An enum with the same constants. */
    public enum Lamp { RED, GREEN }

    /** An enum whose constants have bodies, and so classes of their own. */
    public enum Operation {
        PLUS {
            @Override
            int apply(int a, int b) {
                return a + b;
            }
        },
        TIMES {
            @Override
            int apply(int a, int b) {
                return a * b;
            }
        };

        abstract int apply(int a, int b);
    }

    /** An enum with fields, an interface and a text of its own. */
    public enum Planet implements Body {
        EARTH(5.97e24), MARS(6.42e23);

        private final double mass;

        Planet(double mass) {
            this.mass = mass;
        }

        @Override
        public boolean heavierThan(Planet other) {
            return mass > other.mass;
        }

        @Override
        public String toString() {
            return "planet of " + mass + " kg";
        }
    }

    /** What a planet is. */
    public interface Body {
        boolean heavierThan(Planet other);
    }

    static void addTo(Cases cases) {
        cases.add("enum/plain", () -> Colour.GREEN);
        cases.add("enum/with-body", () -> Operation.TIMES);
        cases.add("enum/with-fields", () -> Planet.MARS);
        cases.add("enum/of-jdk", () -> TimeUnit.SECONDS);
        cases.add("enum/same-twice", () -> Lists.arrayList(Colour.RED, Colour.RED, Colour.BLUE));
        cases.add("enum/same-names-in-two", () -> Lists.arrayList(Colour.RED, Lamp.RED, Lamp.GREEN, Colour.GREEN));
        cases.add("enum/bodies-together", () -> Lists.arrayList(Operation.PLUS, Operation.TIMES, Operation.PLUS));
        cases.add("enum/hash-map-key", () -> Maps.hashMap(Colour.RED, "one key: enums hash differently in every JVM"));
        cases.add("enum/linked-hash-map-keys", () ->
                Maps.linkedHashMap(Operation.PLUS, 1, Colour.RED, 2, Lamp.RED, 3));
        cases.add("enum/enum-map", () -> {
            EnumMap<Colour, Object> map = new EnumMap<>(Colour.class);
            map.put(Colour.BLUE, 1);
            map.put(Colour.RED, null);
            return map;
        });
        cases.add("enum/enum-map-empty", () -> new EnumMap<Colour, Object>(Colour.class));
        cases.add("enum/enum-map-of-bodies", () -> {
            EnumMap<Operation, Object> map = new EnumMap<>(Operation.class);
            map.put(Operation.PLUS, "+");
            return map;
        });
        cases.add("enum/enum-set", () -> EnumSet.of(Colour.RED, Colour.BLUE));
        cases.add("enum/enum-set-empty", () -> EnumSet.noneOf(Colour.class));
    }
}
