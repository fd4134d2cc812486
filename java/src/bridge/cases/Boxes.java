package bridge.cases;

/** Null and the wrappers of primitives, at their edges. */
public final class Boxes {
    private Boxes() {
    }

    static void addTo(Cases cases) {
        cases.add("null/null", () -> null);

        cases.add("box/boolean-true", () -> true);
        cases.add("box/boolean-false", () -> false);

        cases.add("box/byte-zero", () -> (byte) 0);
        cases.add("box/byte-min", () -> Byte.MIN_VALUE);
        cases.add("box/byte-max", () -> Byte.MAX_VALUE);
        cases.add("box/short-zero", () -> (short) 0);
        cases.add("box/short-min", () -> Short.MIN_VALUE);
        cases.add("box/short-max", () -> Short.MAX_VALUE);

        cases.add("box/character-nul", () -> '\0');
        cases.add("box/character-ascii", () -> 'a');
        cases.add("box/character-euro", () -> '\u20ac');
        cases.add("box/character-surrogate", () -> '\ud800');
        cases.add("box/character-max", () -> Character.MAX_VALUE);

        cases.add("box/integer-zero", () -> 0);
        cases.add("box/integer-minus-one", () -> -1);
        cases.add("box/integer-128", () -> 128);
        cases.add("box/integer-min", () -> Integer.MIN_VALUE);
        cases.add("box/integer-max", () -> Integer.MAX_VALUE);

        cases.add("box/long-zero", () -> 0L);
        cases.add("box/long-five", () -> 5L);
        cases.add("box/long-minus-one", () -> -1L);
        cases.add("box/long-integer-max", () -> (long) Integer.MAX_VALUE);
        cases.add("box/long-above-integer", () -> Integer.MAX_VALUE + 1L);
        cases.add("box/long-below-integer", () -> Integer.MIN_VALUE - 1L);
        cases.add("box/long-min", () -> Long.MIN_VALUE);
        cases.add("box/long-max", () -> Long.MAX_VALUE);

        cases.add("box/float-zero", () -> 0.0f);
        cases.add("box/float-negative-zero", () -> -0.0f);
        cases.add("box/float-tenth", () -> 0.1f);
        cases.add("box/float-min", () -> Float.MIN_VALUE);
        cases.add("box/float-min-normal", () -> Float.MIN_NORMAL);
        cases.add("box/float-max", () -> Float.MAX_VALUE);
        cases.add("box/float-nan", () -> Float.NaN);
        cases.add("box/float-infinity", () -> Float.POSITIVE_INFINITY);
        cases.add("box/float-negative-infinity", () -> Float.NEGATIVE_INFINITY);

        cases.add("box/double-zero", () -> 0.0);
        cases.add("box/double-negative-zero", () -> -0.0);
        cases.add("box/double-tenth", () -> 0.1);
        cases.add("box/double-integral", () -> 1.0);
        cases.add("box/double-min", () -> Double.MIN_VALUE);
        cases.add("box/double-min-normal", () -> Double.MIN_NORMAL);
        cases.add("box/double-max", () -> Double.MAX_VALUE);
        cases.add("box/double-nan", () -> Double.NaN);
        cases.add("box/double-infinity", () -> Double.POSITIVE_INFINITY);
        cases.add("box/double-negative-infinity", () -> Double.NEGATIVE_INFINITY);
    }
}
