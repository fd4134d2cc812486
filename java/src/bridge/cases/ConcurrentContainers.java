package bridge.cases;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.DoubleAccumulator;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

/** java.util.concurrent: containers, counters, locks. */
public final class ConcurrentContainers {
    private ConcurrentContainers() {
    }

    static void addTo(Cases cases) {
        cases.add("concurrent/hash-map-empty", ConcurrentHashMap::new);
        cases.add("concurrent/hash-map", () -> Maps.filled(new ConcurrentHashMap<>(), "a", 1, "b", List.of(2)));
        cases.add("concurrent/hash-map-list-keys", () ->
                Maps.filled(new ConcurrentHashMap<>(), Lists.arrayList(1), "a"));
        cases.add("concurrent/hash-map-in-itself", () -> {
            ConcurrentHashMap<Object, Object> map = new ConcurrentHashMap<>();
            map.put("self", map);
            return map;
        });
        cases.add("concurrent/key-set", () -> {
            Set<Object> set = ConcurrentHashMap.newKeySet();
            set.addAll(List.of("a", "b"));
            return set;
        });
        cases.add("concurrent/skip-list-map", () -> Maps.filled(new ConcurrentSkipListMap<>(), "b", 1, "a", 2));
        cases.add("concurrent/skip-list-map-comparator", () ->
                Maps.filled(new ConcurrentSkipListMap<>(java.util.Collections.reverseOrder()), 1, "a", 2, "b"));
        cases.add("concurrent/skip-list-map-empty", () -> new ConcurrentSkipListMap<Object, Object>());
        cases.add("concurrent/skip-list-set", () -> new ConcurrentSkipListSet<>(List.of(3, 1, 2)));
        cases.add("concurrent/linked-queue", () -> new ConcurrentLinkedQueue<>(List.of(1, "b")));
        cases.add("concurrent/linked-queue-empty", () -> new ConcurrentLinkedQueue<Object>());
        cases.add("concurrent/linked-queue-in-itself", () -> {
            ConcurrentLinkedQueue<Object> queue = new ConcurrentLinkedQueue<>();
            queue.add(queue);
            return queue;
        });
        cases.add("concurrent/linked-deque", () -> new ConcurrentLinkedDeque<>(List.of(1, "b")));
        cases.add("concurrent/linked-blocking-queue", () -> {
            LinkedBlockingQueue<Object> queue = new LinkedBlockingQueue<>(7);
            queue.add("a");
            queue.add("b");
            return queue;
        });
        cases.add("concurrent/linked-blocking-queue-empty", () -> new LinkedBlockingQueue<Object>());
        cases.add("concurrent/linked-blocking-deque", () -> {
            LinkedBlockingDeque<Object> queue = new LinkedBlockingDeque<>(7);
            queue.add("a");
            queue.addFirst("b");
            return queue;
        });
        cases.add("concurrent/linked-transfer-queue", () -> new LinkedTransferQueue<>(List.of(1, 2)));
        cases.add("concurrent/array-blocking-queue", () -> {
            ArrayBlockingQueue<Object> queue = new ArrayBlockingQueue<>(3);
            queue.add("gone");
            queue.add("a");
            queue.add("b");
            queue.remove();
            queue.add("c");
            return queue;
        });
        cases.add("concurrent/array-blocking-queue-fair", () -> new ArrayBlockingQueue<>(2, true));
        cases.add("concurrent/priority-blocking-queue", () -> new PriorityBlockingQueue<>(List.of(3, 1, 2)));
        cases.add("concurrent/priority-blocking-queue-comparator", () -> {
            PriorityBlockingQueue<Integer> queue =
                    new PriorityBlockingQueue<>(5, java.util.Collections.reverseOrder());
            queue.addAll(List.of(1, 2, 3));
            return queue;
        });
        cases.add("concurrent/synchronous-queue", () -> new SynchronousQueue<Object>());
        cases.add("concurrent/copy-on-write-list", () -> new CopyOnWriteArrayList<>(List.of(1, 2)));
        cases.add("concurrent/copy-on-write-list-in-itself", () -> {
            CopyOnWriteArrayList<Object> list = new CopyOnWriteArrayList<>();
            list.add(list);
            return list;
        });
        cases.add("concurrent/copy-on-write-set", () -> new CopyOnWriteArraySet<>(List.of(3, 1)));

        cases.add("concurrent/atomic-integer", () -> new AtomicInteger(-5));
        cases.add("concurrent/atomic-integer-shared", () -> {
            AtomicInteger shared = new AtomicInteger(1);
            return Lists.arrayList(shared, shared, new AtomicInteger(1), new AtomicLong(1));
        });
        cases.add("concurrent/atomic-long", () -> new AtomicLong(1L << 40));
        cases.add("concurrent/atomic-boolean-false", () -> new AtomicBoolean());
        cases.add("concurrent/atomic-reference", () -> new AtomicReference<>("held"));
        cases.add("concurrent/atomic-reference-to-itself", () -> {
            AtomicReference<Object> reference = new AtomicReference<>();
            reference.set(reference);
            return reference;
        });
        cases.add("concurrent/atomic-integer-array", () -> new AtomicIntegerArray(new int[] {1, -2, 3}));
        cases.add("concurrent/atomic-long-array", () -> new AtomicLongArray(new long[] {1L << 40, -2}));
        cases.add("concurrent/atomic-reference-array", () -> new AtomicReferenceArray<>(new Object[] {"a", null, 1}));
        cases.add("concurrent/long-adder", () -> {
            LongAdder adder = new LongAdder();
            adder.add(42);
            return adder;
        });
        cases.add("concurrent/double-adder", () -> {
            DoubleAdder adder = new DoubleAdder();
            adder.add(2.5);
            return adder;
        });
        cases.add("concurrent/long-accumulator", () -> {
            LongAccumulator accumulator = new LongAccumulator(
                    (java.util.function.LongBinaryOperator & java.io.Serializable) Math::max, Long.MIN_VALUE);
            accumulator.accumulate(7);
            return accumulator;
        });
        cases.add("concurrent/double-accumulator", () -> {
            DoubleAccumulator accumulator = new DoubleAccumulator(
                    (java.util.function.DoubleBinaryOperator & java.io.Serializable) Math::min, 9.5);
            accumulator.accumulate(7.5);
            return accumulator;
        });
        cases.add("concurrent/reentrant-lock", () -> new ReentrantLock());
    }
}
