package bridge.harness;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Runs code on a thread whose stack is large enough for deep graphs.
 *
 * <p>Java's own writer and reader recurse, several frames for each object: a linked list of 100,000 nodes
 * overflows the usual stack of a thread by far. It needs about 100 MiB, interpreted or compiled. More is no gain: a
 * runaway recursion then only takes more time and memory to end. The stack is address space until it is touched.
 */
final class DeepStack {
    private static final long STACK_BYTES = 256L << 20;

    private DeepStack() {
    }

    /** Starts a daemon thread with a deep stack. */
    static Thread start(String name, Runnable work) {
        Thread thread = new Thread(null, work, name, STACK_BYTES);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** Calls on a deep stack and waits; what the call throws is thrown here. */
    static <T> T call(Callable<T> work) throws Exception {
        FutureTask<T> task = new FutureTask<>(work);
        start("deep stack", task);
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception exception) {
                throw exception;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e;
        }
    }
}
