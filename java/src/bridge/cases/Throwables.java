package bridge.cases;

import java.io.FileNotFoundException;
import java.io.IOException;

/** Throwables, with stack traces that are the same in every run. */
@SuppressWarnings("serial")
public final class Throwables {
    private Throwables() {
    }

    /** An exception with fields. */
    public static class OrderException extends RuntimeException {
        final int code;
        final Object order;

        OrderException(String message, int code, Object order) {
            super(message);
            this.code = code;
            this.order = order;
        }
    }

    /** An exception without a stack trace, and without a place for suppressed ones. */
    public static class Signal extends Exception {
        Signal(String message) {
            super(message, null, false, false);
        }
    }

    static <T extends Throwable> T traced(T throwable) {
        throwable.setStackTrace(new StackTraceElement[] {
            new StackTraceElement("com.example.Orders", "load", "Orders.java", 42),
            new StackTraceElement("com.example.Main", "main", null, -1),
            new StackTraceElement("app", "java.base", "17", "java.lang.Thread", "sleep", "Thread.java", -2),
        });
        return throwable;
    }

    static void addTo(Cases cases) {
        cases.add("throwable/message", () -> traced(new IllegalStateException("a message")));
        cases.add("throwable/no-message", () -> traced(new RuntimeException()));
        cases.add("throwable/checked", () -> traced(new FileNotFoundException("no such file")));
        cases.add("throwable/error", () -> traced(new AssertionError("an error")));
        cases.add("throwable/cause", () -> traced(new RuntimeException("outer", traced(new IOException("inner")))));
        cases.add("throwable/null-cause", () -> traced(new RuntimeException("no cause", null)));
        cases.add("throwable/suppressed", () -> {
            Exception exception = traced(new Exception("main"));
            exception.addSuppressed(traced(new IOException("first")));
            exception.addSuppressed(traced(new IOException("second")));
            return exception;
        });
        cases.add("throwable/cause-and-suppressed", () -> {
            Exception exception = traced(new Exception("all", traced(new Error("cause"))));
            exception.addSuppressed(traced(new Exception("suppressed", exception.getCause())));
            return exception;
        });
        cases.add("throwable/causes-in-a-ring", () -> {
            Exception one = traced(new Exception("one"));
            Exception other = traced(new Exception("other", one));
            one.initCause(other);
            return one;
        });
        cases.add("throwable/custom-fields", () ->
                traced(new OrderException("order failed", 7, new Beans.Point(1, 2))));
        cases.add("throwable/no-stack-trace", () -> new Signal("quiet"));
        cases.add("throwable/empty-stack-trace", () -> {
            Exception exception = new Exception("empty");
            exception.setStackTrace(new StackTraceElement[0]);
            return exception;
        });
        cases.add("throwable/in-list", () -> {
            Exception exception = traced(new Exception("shared"));
            return Lists.arrayList(exception, exception);
        });
        cases.add("throwable/stack-trace-element", () ->
                new StackTraceElement("com.example.Orders", "load", "Orders.java", 42));
    }
}
