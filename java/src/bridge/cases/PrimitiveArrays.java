package bridge.cases;

/** Arrays of primitives, of one and more dimensions. */
public final class PrimitiveArrays {
    private PrimitiveArrays() {
    }

    static void addTo(Cases cases) {
        cases.add("array/boolean-empty", () -> new boolean[0]);
        cases.add("array/boolean", () -> new boolean[] {true, false, true});
        cases.add("array/byte-empty", () -> new byte[0]);
        cases.add("array/byte-all", () -> {
            byte[] bytes = new byte[256];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) i;
            }
            return bytes;
        });
        cases.add("array/byte-100000", () -> {
            byte[] bytes = new byte[100_000];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) (i * 31);
            }
            return bytes;
        });
        cases.add("array/char-empty", () -> new char[0]);
        cases.add("array/char", () -> new char[] {'a', '\0', '\u00e9', '\u20ac', '\ud800', '\uffff'});
        cases.add("array/char-surrogate-pair", () -> "\ud83d\ude00".toCharArray());
        cases.add("array/short-empty", () -> new short[0]);
        cases.add("array/short", () -> new short[] {0, -1, Short.MIN_VALUE, Short.MAX_VALUE});
        cases.add("array/int-empty", () -> new int[0]);
        cases.add("array/int", () -> new int[] {0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE});
        cases.add("array/int-10000", () -> {
            int[] numbers = new int[10_000];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = i * i;
            }
            return numbers;
        });
        cases.add("array/long-empty", () -> new long[0]);
        cases.add("array/long", () -> new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE});
        cases.add("array/float-empty", () -> new float[0]);
        cases.add("array/float", () -> new float[] {0f, -0f, 0.1f, Float.MIN_VALUE, Float.MAX_VALUE, Float.NaN,
            Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY});
        cases.add("array/double-empty", () -> new double[0]);
        cases.add("array/double", () -> new double[] {0, -0.0, 0.1, Double.MIN_VALUE, Double.MAX_VALUE, Double.NaN,
            Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY});
        cases.add("array/double-1000", () -> {
            double[] numbers = new double[1000];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = i / 7.0;
            }
            return numbers;
        });

        cases.add("array/int-2d", () -> new int[][] {{1, 2, 3}, {4, 5, 6}});
        cases.add("array/int-2d-ragged", () -> new int[][] {{1}, {}, null, {2, 3}});
        cases.add("array/int-2d-empty", () -> new int[0][]);
        cases.add("array/int-2d-empty-rows", () -> new int[3][0]);
        cases.add("array/int-2d-shared-row", () -> {
            int[] row = {1, 2};
            return new int[][] {row, row, {1, 2}};
        });
        cases.add("array/byte-2d", () -> new byte[][] {{1, 2}, {-1}});
        cases.add("array/char-2d", () -> new char[][] {"ab".toCharArray(), "c".toCharArray()});
        cases.add("array/boolean-2d", () -> new boolean[][] {{true}, {false, true}});
        cases.add("array/double-3d", () -> new double[][][] {{{1.5, 2.5}, {3.5}}, {{}}, {null}});
        cases.add("array/long-5d", () -> new long[1][2][1][2][1]);
        cases.add("array/shared-in-array", () -> {
            byte[] shared = {1, 2, 3};
            return new Object[] {shared, shared, new byte[] {1, 2, 3}};
        });
    }
}
