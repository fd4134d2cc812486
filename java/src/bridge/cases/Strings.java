package bridge.cases;

import java.util.ArrayList;
import java.util.Arrays;

/** Strings: modified UTF-8, the border between short and long ones, sharing. */
public final class Strings {
    private Strings() {
    }

    static void addTo(Cases cases) {
        cases.add("string/empty", () -> "");
        cases.add("string/one-char", () -> "x");
        cases.add("string/ascii", () -> "The quick brown fox jumps over the lazy dog.");
        cases.add("string/all-ascii", () -> range(0x01, 0x7f));
        cases.add("string/all-latin1", () -> range(0x00, 0xff));
        cases.add("string/control-and-quotes", () -> "tab\t newline\n return\r quote\" backslash\\ escape\u001b");
        cases.add("string/nul", () -> "\0");
        cases.add("string/nul-inside", () -> "before\0after");
        cases.add("string/two-byte", () -> "Gr\u00f6\u00dfe \u0416");
        cases.add("string/two-byte-borders", () -> "\u007f\u0080\u07ff\u0800");
        cases.add("string/three-byte", () -> "\u20ac \u6f22\u5b57 \uffff");
        cases.add("string/byte-order-mark", () -> "\ufefftext");
        cases.add("string/surrogate-pair", () -> "\ud83d\ude00");
        cases.add("string/surrogate-pairs-in-text", () -> "a\ud83d\ude00b\ud842\udfb7c\udbff\udfff");
        cases.add("string/lone-high-surrogate", () -> "a\ud83db");
        cases.add("string/lone-low-surrogate", () -> "a\ude00b");
        cases.add("string/lone-surrogate-at-end", () -> "end\ud800");
        cases.add("string/swapped-surrogates", () -> "\ude00\ud83d");
        cases.add("string/high-surrogate-before-pair", () -> "\ud83d\ud83d\ude00");
        cases.add("string/only-lone-surrogates", () -> "\ud800\ud801\udc00\udfff\udfff");

        cases.add("string/65535-bytes", () -> "a".repeat(65_535));
        cases.add("string/65536-bytes", () -> "a".repeat(65_536));
        cases.add("string/65535-bytes-of-three", () -> "\u20ac".repeat(21_845));
        cases.add("string/65536-bytes-of-two", () -> "\u00e9".repeat(32_768));
        cases.add("string/65537-bytes-ending-in-nul", () -> "a".repeat(65_535) + "\0");
        cases.add("string/long-nuls", () -> "\0".repeat(40_000));
        cases.add("string/long-surrogate-pairs", () -> "\ud83d\ude00".repeat(20_000));
        cases.add("string/long-mixed", () -> "a\u00e9\u20ac\ud83d\ude00\0\ud800".repeat(30_000));

        cases.add("string/shared", () -> {
            String shared = "the same string";
            return new ArrayList<>(Arrays.asList(shared, "another", shared));
        });
        cases.add("string/equal-but-distinct", () ->
                new ArrayList<>(Arrays.asList(fresh("equal strings"), fresh("equal strings"))));
        cases.add("string/equal-distinct-and-shared", () -> {
            String one = fresh("twin");
            String other = fresh("twin");
            return new ArrayList<>(Arrays.asList(one, other, one, other));
        });
        cases.add("string/long-shared", () -> {
            String shared = "0123456789".repeat(7_000);
            return new ArrayList<>(Arrays.asList(shared, shared));
        });
        cases.add("string/short-ones-shared", () -> new ArrayList<>(Arrays.asList("", "", "x", "x")));
    }

    /** An equal string that is an object of its own. */
    static String fresh(String text) {
        return new StringBuilder(text).toString();
    }

    private static String range(int first, int last) {
        StringBuilder text = new StringBuilder();
        for (int c = first; c <= last; c++) {
            text.append((char) c);
        }
        return text.toString();
    }
}
