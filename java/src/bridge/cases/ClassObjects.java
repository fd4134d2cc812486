package bridge.cases;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;

/** Class objects. */
public final class ClassObjects {
    private ClassObjects() {
    }

    /** A class that is not serializable: its descriptor has no flags. */
    public static class NotSerializable {
        int ignored;
    }

    /** An annotation type. */
    public @interface Marker {
    }

    static void addTo(Cases cases) {
        cases.add("class/int", () -> int.class);
        cases.add("class/all-primitives", () -> Lists.arrayList(boolean.class, byte.class, char.class, short.class,
                int.class, long.class, float.class, double.class, void.class));
        cases.add("class/int-array", () -> int[].class);
        cases.add("class/string-2d-array", () -> String[][].class);
        cases.add("class/string", () -> String.class);
        cases.add("class/object", () -> Object.class);
        cases.add("class/class", () -> Class.class);
        cases.add("class/integer", () -> Integer.class);
        cases.add("class/interface", () -> Runnable.class);
        cases.add("class/serializable-interface", () -> Serializable.class);
        cases.add("class/generic-interface", () -> Map.class);
        cases.add("class/annotation", () -> Marker.class);
        cases.add("class/not-serializable", () -> NotSerializable.class);
        cases.add("class/not-serializable-of-jdk", () -> Thread.class);
        cases.add("class/not-serializable-array", () -> NotSerializable[].class);
        cases.add("class/enum-base", () -> Enum.class);
        cases.add("class/enum", () -> Enums.Colour.class);
        cases.add("class/enum-constant-body", () -> Enums.Operation.PLUS.getClass());
        cases.add("class/record", () -> Records.Point.class);
        cases.add("class/bean", () -> Beans.Shadowing.class);
        cases.add("class/custom-writer", () -> ArrayList.class);
        cases.add("class/externalizable", () -> Externalizables.Child.class);
        cases.add("class/abstract", () -> Number.class);
        cases.add("class/proxy", () -> Proxies.greeter("x").getClass());
        cases.add("class/before-instance", () -> Lists.arrayList(HashMap.class, new HashMap<>(), HashMap.class));
        cases.add("class/after-instance", () -> Lists.arrayList(new Beans.Point(1, 2), Beans.Point.class));
        cases.add("class/map-keys", () -> Maps.linkedHashMap(int.class, 1, Integer.class, 2, int[].class, 3));
        cases.add("class/beside-enum-constant", () -> Lists.arrayList(Enums.Colour.class, Enums.Colour.RED));
    }
}
