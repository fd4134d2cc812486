import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/**
 * The workloads of the benchmark, and the JDK's own time for them.
 *
 * <pre>
 *   java Workloads write DIR SCALE [NAME...]  the workloads (all of them if none is named) as DIR/NAME.ser,
 *                                             W6b as DIR/W6b.messages
 *   java Workloads read FILE SECONDS          in-process times of reading, after a warm-up as long
 *   java Workloads write-back FILE SECONDS    the same for writing what FILE holds
 *   java -XX:+UseSerialGC -XX:-UseTLAB Workloads read-memory FILE     what the first reading adds at its peak
 *   java -XX:+UseSerialGC -XX:-UseTLAB Workloads write-memory FILE    the same for writing
 * </pre>
 *
 * Times are printed as one line of JSON in milliseconds, memory in bytes. Everything is made from a fixed seed.
 */
public final class Workloads {
    private static final long SEED = 20_261_122;

    private Workloads() {}

    /** The bean of W1, W6 and W9. */
    public static final class Bean implements Serializable {
        private static final long serialVersionUID = 1;
        int id;
        long stamp;
        double price;
        boolean open;
        String name;
        String city;

        Bean(Random random, int i) {
            id = i;
            stamp = random.nextLong();
            price = random.nextDouble() * 1000;
            open = random.nextBoolean();
            name = "name " + i + " " + Integer.toString(random.nextInt(), 36);
            city = CITIES[random.nextInt(CITIES.length)];
        }
    }

    private static final String[] CITIES = {
        "Amsterdam", "Berlin", "Cairo", "Delhi", "Edinburgh", "Florence", "Geneva", "Hanoi", "Istanbul", "Jakarta"
    };

    /** A node of W7. */
    public static final class Node implements Serializable {
        private static final long serialVersionUID = 1;
        int value;
        Node next;
    }

    /** The one object of a message of W6b. */
    public static final class Small implements Serializable {
        private static final long serialVersionUID = 1;
        int id;
        double value;
        String text;

        Small(int i) {
            id = i;
            value = i * 0.5;
            text = "message " + i;
        }
    }

    public static void main(String[] args) throws Exception {
        switch (args[0]) {
            case "write" -> writeAll(
                    Path.of(args[1]), Double.parseDouble(args[2]), List.of(args).subList(3, args.length));
            case "read" -> onBigStack(() -> measureReading(Path.of(args[1]), Double.parseDouble(args[2])));
            case "write-back" -> onBigStack(() -> measureWriting(Path.of(args[1]), Double.parseDouble(args[2])));
            case "read-memory" -> onBigStack(() -> printPeak(reading(Path.of(args[1]))));
            case "write-memory" -> onBigStack(() -> printPeak(writing(Path.of(args[1]))));
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private interface Action {
        void run() throws Exception;
    }

    /** Of a size that no other mapping of the process has, so that stackBytes() finds it. */
    private static final long STACK_BYTES = (1L << 30) + (5L << 20);

    /** Java's reader and writer recurse; the linked list of W7 needs more than the default stack. */
    private static void onBigStack(Action action) throws InterruptedException {
        Exception[] failure = new Exception[1];
        Thread thread = new Thread(null, () -> {
            try {
                action.run();
            } catch (Exception e) {
                failure[0] = e;
            }
        }, "big stack", STACK_BYTES);
        thread.start();
        thread.join();
        if (failure[0] != null) {
            throw new IllegalStateException(failure[0]);
        }
    }

    // ---- the workloads

    private static final List<String> NAMES =
            List.of("W1", "W2", "W3", "W4i", "W4d", "W4b", "W5", "W6a", "W6b", "W7", "W8");

    private static void writeAll(Path folder, double scale, List<String> names) throws Exception {
        Files.createDirectories(folder);
        onBigStack(() -> {
            for (String name : names.isEmpty() ? NAMES : names) {
                if (name.equals("W6b")) {
                    writeMessages(folder, count(20_000, scale));
                    continue;
                }
                try (ObjectOutputStream out =
                        new ObjectOutputStream(new BufferedOutputStream(Files.newOutputStream(folder.resolve(name + ".ser"))))) {
                    for (Object content : make(name, scale)) {
                        out.writeObject(content);
                    }
                }
            }
        });
    }

    private static void writeMessages(Path folder, int count) throws IOException {
        try (DataOutputStream out = new DataOutputStream(
                new BufferedOutputStream(Files.newOutputStream(folder.resolve("W6b.messages"))))) {
            out.writeInt(count);
            for (int i = 0; i < count; i++) {
                byte[] message = serialize(new Small(i));
                out.writeInt(message.length);
                out.write(message);
            }
        }
    }

    private static int count(int full, double scale) {
        return Math.max(1, (int) (full * scale));
    }

    private static List<Object> make(String name, double scale) {
        Random random = new Random(SEED);
        return switch (name) {
            case "W1" -> List.of(beans(random, count(100_000, scale)));
            case "W2" -> List.of(maps(random, count(20_000, scale)));
            case "W3" -> List.of(strings(random, count(200_000, scale)));
            case "W4i" -> List.of(random.ints(count(5_000_000, scale)).toArray());
            case "W4d" -> List.of(random.doubles(count(2_000_000, scale)).toArray());
            case "W4b" -> {
                byte[] bytes = new byte[count(20_000_000, scale)];
                random.nextBytes(bytes);
                yield List.of(bytes);
            }
            case "W5" -> List.of(numbers(random, scale));
            case "W6a" -> List.copyOf(beans(random, count(100_000, scale)));
            case "W7" -> List.of(nodes(random, count(20_000, scale)));
            case "W8" -> List.of(values(random, count(50_000, scale)));
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static ArrayList<Object> beans(Random random, int count) {
        ArrayList<Object> beans = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            beans.add(new Bean(random, i));
        }
        return beans;
    }

    private static HashMap<Object, Object> maps(Random random, int count) {
        HashMap<Object, Object> maps = new HashMap<>();
        for (int i = 0; i < count; i++) {
            HashMap<Object, Object> map = new HashMap<>();
            map.put("id", i);
            map.put("ratio", random.nextDouble());
            map.put("name", "entry " + random.nextInt(1_000_000));
            map.put("active", random.nextBoolean());
            ArrayList<Object> tags = new ArrayList<>();
            for (int j = random.nextInt(4); j >= 0; j--) {
                tags.add(CITIES[random.nextInt(CITIES.length)]);
            }
            map.put("tags", tags);
            maps.put("key" + i, map);
        }
        return maps;
    }

    private static ArrayList<Object> strings(Random random, int count) {
        ArrayList<Object> strings = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            String text = "text number " + i + " " + Long.toString(random.nextLong(), 36);
            strings.add(i % 5 == 0 ? text + " \u00e9\u4e16\u754c" : text);
        }
        return strings;
    }

    private static ArrayList<Object> numbers(Random random, double scale) {
        ArrayList<Object> numbers = new ArrayList<>();
        for (int i = 0; i < count(500_000, scale); i++) {
            numbers.add(random.nextInt());
        }
        for (int i = 0; i < count(200_000, scale); i++) {
            numbers.add(random.nextDouble());
        }
        return numbers;
    }

    private static Node nodes(Random random, int count) {
        Node head = null;
        for (int i = 0; i < count; i++) {
            Node node = new Node();
            node.value = random.nextInt();
            node.next = head;
            head = node;
        }
        return head;
    }

    private static ArrayList<Object> values(Random random, int count) {
        ArrayList<Object> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            values.add(switch (i % 10) {
                case 0 -> LocalDate.ofEpochDay(random.nextInt(40_000));
                case 1 -> LocalDateTime.ofEpochSecond(random.nextInt(2_000_000_000), 1000 * random.nextInt(1_000_000), ZoneOffset.UTC);
                case 2 -> Instant.ofEpochSecond(random.nextInt(2_000_000_000), 1000 * random.nextInt(1_000_000));
                case 3 -> OffsetDateTime.ofInstant(Instant.ofEpochSecond(random.nextInt(2_000_000_000)), ZoneOffset.ofHours(random.nextInt(12)));
                case 4 -> Duration.ofMillis(random.nextInt(1_000_000_000));
                case 5 -> BigDecimal.valueOf(random.nextInt(), 2);
                case 6 -> new UUID(random.nextLong(), random.nextLong());
                case 7 -> DayOfWeek.of(1 + random.nextInt(7));
                case 8 -> List.of(random.nextInt(), "item " + i, random.nextDouble());
                default -> {
                    EnumMap<DayOfWeek, Object> map = new EnumMap<>(DayOfWeek.class);
                    map.put(DayOfWeek.of(1 + random.nextInt(7)), i);
                    yield map;
                }
            });
        }
        return values;
    }

    // ---- measuring

    private static byte[] serialize(Object object) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(object);
        }
        return bytes.toByteArray();
    }

    /** The streams of a file: one for a .ser file, many for .messages. */
    private static List<byte[]> streams(Path file) throws IOException {
        if (!file.toString().endsWith(".messages")) {
            return List.of(Files.readAllBytes(file));
        }
        List<byte[]> streams = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
            byte[] all = in.readAllBytes();
            java.nio.ByteBuffer buffer = java.nio.ByteBuffer.wrap(all);
            int count = buffer.getInt();
            for (int i = 0; i < count; i++) {
                byte[] message = new byte[buffer.getInt()];
                buffer.get(message);
                streams.add(message);
            }
        }
        return streams;
    }

    private static List<Object> readAll(byte[] stream) throws IOException, ClassNotFoundException {
        List<Object> contents = new ArrayList<>();
        InputStream bytes = new ByteArrayInputStream(stream);
        try (ObjectInputStream in = new ObjectInputStream(bytes)) {
            contents.add(in.readObject());
            while (bytes.available() > 0 || in.available() > 0) {
                contents.add(in.readObject());
            }
        } catch (java.io.EOFException end) {
            // ObjectInputStream reads ahead, so the end may show only here.
        }
        return contents;
    }

    private static void measureReading(Path file, double seconds) throws Exception {
        measure(seconds, reading(file));
    }

    private static void measureWriting(Path file, double seconds) throws Exception {
        measure(seconds, writing(file));
    }

    private static Iteration reading(Path file) throws Exception {
        List<byte[]> streams = streams(file);
        return () -> {
            List<Object> values = new ArrayList<>(); // what is read lives as long as the reading of the rest
            for (byte[] stream : streams) {
                values.addAll(readAll(stream));
            }
            return values.size();
        };
    }

    private static Iteration writing(Path file) throws Exception {
        List<List<Object>> all = new ArrayList<>();
        for (byte[] stream : streams(file)) {
            all.add(readAll(stream));
        }
        return () -> {
            int size = 0;
            for (List<Object> contents : all) {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
                    for (Object content : contents) {
                        out.writeObject(content);
                    }
                }
                size += bytes.size();
            }
            return size;
        };
    }

    private interface Iteration {
        int run() throws Exception;
    }

    private static int sink;

    private static void measure(double seconds, Iteration iteration) throws Exception {
        repeat(seconds, iteration);
        double[] times = repeat(seconds, iteration);
        Arrays.sort(times);
        System.out.printf("{\"median_ms\": %.4f, \"best_ms\": %.4f, \"iterations\": %d}%n",
                times[times.length / 2], times[0], times.length);
    }

    private static double[] repeat(double seconds, Iteration iteration) throws Exception {
        List<Double> times = new ArrayList<>();
        long end = System.nanoTime() + (long) (seconds * 1e9);
        do {
            long start = System.nanoTime();
            sink += iteration.run();
            times.add((System.nanoTime() - start) / 1e6);
        } while (System.nanoTime() < end || times.size() < 5);
        return times.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** What one iteration adds at its peak to what was there before it: of the heap, and of the stack it runs on. */
    private static void printPeak(Iteration iteration) throws Exception {
        // On a stack of its own: the one of this thread is as deep as what was read before.
        onBigStack(() -> System.out.printf("{\"peak_bytes\": %d}%n", peakBytes(iteration)));
    }

    /**
     * With the serial collector and without buffers of threads, the used heap is exact to the byte. Garbage is in it, as
     * long as nobody had to collect it.
     */
    private static long peakBytes(Iteration iteration) throws Exception {
        List<MemoryPoolMXBean> pools = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .toList();
        long stack = stackBytes();
        System.gc();
        long before = 0;
        for (MemoryPoolMXBean pool : pools) {
            before += pool.getUsage().getUsed();
            pool.resetPeakUsage();
        }
        sink += iteration.run();
        long peak = 0;
        for (MemoryPoolMXBean pool : pools) {
            peak += pool.getPeakUsage().getUsed();
        }
        return Math.max(0, peak - before) + Math.max(0, stackBytes() - stack);
    }

    /** How much of the big stacks is in memory. Linux tells; elsewhere the answer is 0. */
    private static long stackBytes() throws IOException {
        Path smaps = Path.of("/proc/self/smaps");
        if (!Files.exists(smaps)) {
            return 0;
        }
        long resident = 0;
        boolean stack = false;
        for (String line : Files.readAllLines(smaps, java.nio.charset.StandardCharsets.ISO_8859_1)) {
            if (line.startsWith("Size:")) { // without the pages that guard its end, which are another mapping
                long missing = STACK_BYTES - kibibytes(line);
                stack = missing >= 0 && missing < 1 << 20;
            } else if (stack && line.startsWith("Rss:")) {
                resident += kibibytes(line);
            }
        }
        return resident;
    }

    private static long kibibytes(String line) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
    }
}
