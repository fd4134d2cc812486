package bridge.cases;

import java.io.Serializable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Comparator;
import java.util.concurrent.Callable;

/** Dynamic proxies. */
@SuppressWarnings("serial")
public final class Proxies {
    private Proxies() {
    }

    /** Can greet. */
    public interface Greeter {
        String greet(String name);
    }

    /** A serializable handler with state. */
    public static class Handler implements InvocationHandler, Serializable {
        private final String greeting;
        private Object attachment;

        Handler(String greeting) {
            this.greeting = greeting;
        }

        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) {
            return switch (method.getName()) {
                case "greet" -> greeting + " " + arguments[0];
                case "hashCode" -> System.identityHashCode(proxy);
                case "equals" -> proxy == arguments[0];
                case "toString" -> "proxy saying " + greeting;
                default -> null;
            };
        }
    }

    private static Object proxy(InvocationHandler handler, Class<?>... interfaces) {
        return Proxy.newProxyInstance(Proxies.class.getClassLoader(), interfaces, handler);
    }

    static Object greeter(String greeting) {
        return proxy(new Handler(greeting), Greeter.class);
    }

    static void addTo(Cases cases) {
        cases.add("proxy/one-interface", () -> greeter("Hello"));
        cases.add("proxy/three-interfaces", () ->
                proxy(new Handler("Hello"), Callable.class, Greeter.class, Serializable.class));
        cases.add("proxy/no-interface", () -> proxy(new Handler("nobody calls")));
        cases.add("proxy/comparator", () -> proxy(new Handler("x"), Comparator.class));
        cases.add("proxy/in-list-twice", () -> {
            Object proxy = greeter("Hi");
            return Lists.arrayList(proxy, greeter("Hi"), proxy);
        });
        cases.add("proxy/shared-handler", () -> {
            Handler handler = new Handler("shared");
            return Lists.arrayList(proxy(handler, Greeter.class), handler, proxy(handler, Callable.class));
        });
        cases.add("proxy/handler-holding-proxy", () -> {
            Handler handler = new Handler("cyclic");
            Object proxy = proxy(handler, Greeter.class);
            handler.attachment = Lists.arrayList(proxy);
            return proxy;
        });
        cases.add("proxy/lambda-handler", () -> proxy(
                (InvocationHandler & Serializable) (proxy, method, arguments) -> null, Greeter.class));
        cases.add("proxy/in-array", () -> new Greeter[] {(Greeter) greeter("array"), null});
    }
}
