package bridge.cases;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Arrays of references. */
public final class ObjectArrays {
    private ObjectArrays() {
    }

    static void addTo(Cases cases) {
        cases.add("array/object-empty", () -> new Object[0]);
        cases.add("array/object-nulls", () -> new Object[3]);
        cases.add("array/object-mixed", () -> new Object[] {1, "two", 3.0, null, 'c', 5L, new int[] {6}});
        cases.add("array/object-nested", () -> new Object[] {new Object[] {new Object[] {"deep"}}, new Object[0]});
        cases.add("array/object-in-itself", () -> {
            Object[] array = new Object[3];
            array[0] = array;
            array[1] = "beside";
            array[2] = array;
            return array;
        });
        cases.add("array/object-in-each-other", () -> {
            Object[] one = new Object[1];
            Object[] other = {one};
            one[0] = other;
            return one;
        });
        cases.add("array/object-in-itself-through-list", () -> {
            Object[] array = new Object[1];
            array[0] = new ArrayList<>(Arrays.asList(array, 1));
            return array;
        });
        cases.add("array/object-holding-string-array", () -> new Object[] {new String[] {"a"}, new Integer[] {1}});
        cases.add("array/object-2d", () -> new Object[][] {{1, "a"}, {}, null});
        cases.add("array/string-empty", () -> new String[0]);
        cases.add("array/string", () -> new String[] {"one", "two", "", "\u20ac"});
        cases.add("array/string-with-null", () -> new String[] {null, "x", null});
        cases.add("array/string-shared", () -> {
            String shared = "shared";
            return new String[] {shared, Strings.fresh("shared"), shared};
        });
        cases.add("array/string-2d", () -> new String[][] {{"a", "b"}, {"c"}, {}});
        cases.add("array/integer", () -> new Integer[] {1, null, 3});
        cases.add("array/boolean-boxes", () -> new Boolean[] {true, false, null});
        cases.add("array/double-boxes", () -> new Double[] {1.0, -0.0, Double.NaN});
        cases.add("array/character-boxes", () -> new Character[] {'a', 'b'});
        cases.add("array/number-mixed", () -> new Number[] {(byte) 1, (short) 1, 1, 1L, 1f, 1d});
        cases.add("array/serializable", () -> new Serializable[] {"a", 1, new int[] {2}});
        cases.add("array/comparable", () -> new Comparable<?>[] {"a", 1});
        cases.add("array/list", () -> new List<?>[] {new ArrayList<>(List.of(1)), null});
        cases.add("array/bean", () -> new Beans.Point[] {new Beans.Point(1, 2), new Beans.Point(3, 4)});
        cases.add("array/enum", () -> new Enums.Colour[] {Enums.Colour.RED, Enums.Colour.BLUE, Enums.Colour.RED});
        cases.add("array/class", () -> new Class<?>[] {int.class, String.class, int.class});
        cases.add("array/10000-objects", () -> {
            Object[] array = new Object[10_000];
            for (int i = 0; i < array.length; i++) {
                array[i] = i % 2 == 0 ? (Object) i : "number " + i;
            }
            return array;
        });
    }
}
