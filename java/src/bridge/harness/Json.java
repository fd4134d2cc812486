package bridge.harness;

/** The little of JSON that is written here. */
final class Json {
    private Json() {
    }

    /** A JSON string in ASCII; a lone surrogate becomes an escape of its own. */
    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 2);
        appendQuoted(quoted, text);
        return quoted.toString();
    }

    /** Appends a JSON string in ASCII. */
    static void appendQuoted(StringBuilder target, String text) {
        target.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                target.append('\\').append(c);
            } else if (c < 0x20 || c > 0x7e) {
                target.append(String.format("\\u%04x", (int) c));
            } else {
                target.append(c);
            }
        }
        target.append('"');
    }
}
