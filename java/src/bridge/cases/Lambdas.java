package bridge.cases;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/** Serializable lambdas and method references. */
@SuppressWarnings("serial")
public final class Lambdas {
    private Lambdas() {
    }

    /** A serializable function. */
    public interface SerializableFunction<A, B> extends Function<A, B>, Serializable {
    }

    /** A serializable supplier. */
    public interface SerializableSupplier<T> extends Supplier<T>, Serializable {
    }

    private static SerializableFunction<Integer, Integer> adder(int summand) {
        return number -> number + summand;
    }

    private static SerializableSupplier<String> joiner(byte b, char c, long j, double d, boolean z, Object object,
            List<Object> list) {
        return () -> "" + b + c + j + d + z + object + list;
    }

    static void addTo(Cases cases) {
        cases.add("lambda/nothing-captured", () -> (SerializableFunction<String, Integer>) text -> text.length());
        cases.add("lambda/capturing-int", () -> adder(5));
        cases.add("lambda/capturing-many", () ->
                joiner((byte) 1, 'c', 2L, 2.5, true, "object", Lists.arrayList("list")));
        cases.add("lambda/intersection-type", () -> (Runnable & Serializable) () -> { });
        cases.add("lambda/static-method", () -> (SerializableFunction<String, Integer>) Integer::parseInt);
        cases.add("lambda/method-of-argument", () -> (SerializableFunction<String, Integer>) String::length);
        cases.add("lambda/method-of-object", () -> {
            Map<Object, Object> map = Maps.hashMap("k", "v");
            return (SerializableFunction<Object, Object>) map::get;
        });
        cases.add("lambda/constructor", () -> (SerializableSupplier<List<Object>>) ArrayList::new);
        cases.add("lambda/shared", () -> {
            Object shared = adder(1);
            return Lists.arrayList(shared, adder(1), shared);
        });
        cases.add("lambda/of-lambda", () -> {
            SerializableFunction<Integer, Integer> one = adder(1);
            return (SerializableFunction<Integer, Integer>) number -> one.apply(one.apply(number));
        });
        cases.add("lambda/comparator-of-jdk", () -> Comparator.comparing(
                (Function<String, Integer> & Serializable) String::length));
    }
}
