package bridge.harness;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** What the JDK's own filters decide, and what its own reader asks a filter. */
final class Filters {
    private static final Map<String, Class<?>> PRIMITIVES = Map.of(
            "boolean", boolean.class, "byte", byte.class, "char", char.class, "short", short.class, "int", int.class,
            "long", long.class, "float", float.class, "double", double.class, "void", void.class);

    private Filters() {
    }

    /**
     * A decision for each line {@code HOW PATTERN OTHER CLASS LENGTH DEPTH REFERENCES BYTES}, between tabs.
     *
     * <p>HOW is {@code pattern}, {@code merge} (with OTHER) or {@code undecided}. An empty CLASS is none. The answer is
     * a status, or {@code refused} where the pattern is none.
     */
    static String decide(byte[] questions) {
        StringBuilder answers = new StringBuilder();
        for (String line : new String(questions, StandardCharsets.UTF_8).split("\n")) {
            answers.append(decide(line.split("\t", -1))).append('\n');
        }
        return answers.toString();
    }

    private static String decide(String[] words) {
        ObjectInputFilter filter;
        try {
            filter = ObjectInputFilter.Config.createFilter(words[1]);
            if (words[0].equals("merge")) {
                filter = ObjectInputFilter.merge(filter, ObjectInputFilter.Config.createFilter(words[2]));
            } else if (words[0].equals("undecided")) {
                filter = ObjectInputFilter.rejectUndecidedClass(filter);
            }
        } catch (IllegalArgumentException e) {
            return "refused";
        }
        return filter.checkInput(new Question(classNamed(words[3]), Long.parseLong(words[4]),
                Long.parseLong(words[5]), Long.parseLong(words[6]), Long.parseLong(words[7]))).name();
    }

    private static Class<?> classNamed(String name) {
        if (name.isEmpty()) {
            return null;
        }
        try {
            Class<?> primitive = PRIMITIVES.get(name);
            return primitive != null ? primitive : Class.forName(name, false, Filters.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** What the reader asks a filter about a stream of objects: a line {@code CLASS LENGTH DEPTH REFERENCES BYTES} each. */
    static String asked(byte[] stream) throws IOException, ClassNotFoundException {
        StringBuilder questions = new StringBuilder();
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(stream))) {
            in.setObjectInputFilter(info -> {
                questions.append(info.serialClass() == null ? "" : info.serialClass().getName())
                        .append('\t').append(info.arrayLength())
                        .append('\t').append(info.depth())
                        .append('\t').append(info.references())
                        .append('\t').append(info.streamBytes()).append('\n');
                return ObjectInputFilter.Status.UNDECIDED;
            });
            in.readObject();
        }
        return questions.toString();
    }

    private record Question(Class<?> serialClass, long arrayLength, long depth, long references, long streamBytes)
            implements ObjectInputFilter.FilterInfo {
    }
}
