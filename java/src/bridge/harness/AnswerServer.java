package bridge.harness;

import bridge.cases.Cases;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Answers requests. A request is a Map with the keys {@code "request"} and {@code "argument"}, or a List of the
 * two, or the String alone where there is no argument:
 *
 * <ul>
 * <li>{@code sum}: the sum of a collection of numbers. A Double if one of them is a Float or Double, else exact: a
 *     BigDecimal if one is a BigDecimal, a BigInteger if the sum needs it, else a Long.
 * <li>{@code describe}: the text of {@link Describe} for the argument.
 * <li>{@code class}: the argument's class, as a Class object; null for null.
 * <li>{@code reverse}: a String reversed, or an ArrayList of a collection's elements from last to first.
 * <li>{@code make}: the case with the name in the argument.
 * <li>{@code list}: the names of all cases, an ArrayList.
 * <li>{@code echo}: the argument.
 * </ul>
 *
 * <p>What fails is answered by the exception, as an object.
 */
public final class AnswerServer {
    private AnswerServer() {
    }

    /** Serves at the port given, or at a free one; prints the port. */
    public static void main(String[] args) throws IOException, InterruptedException {
        Node.requireAccess();
        ObjectServer.run(args, AnswerServer::answer);
    }

    static Object answer(Object request) {
        try {
            if (request instanceof Map<?, ?> map) {
                return answer(map.get("request"), map.get("argument"));
            }
            if (request instanceof List<?> list && list.size() == 2) {
                return answer(list.get(0), list.get(1));
            }
            return answer(request, null);
        } catch (RuntimeException e) {
            return e;
        }
    }

    private static Object answer(Object request, Object argument) {
        if (!(request instanceof String verb)) {
            throw new IllegalArgumentException("not a request: " + Node.summary(request));
        }
        return switch (verb) {
            case "sum" -> sum((Collection<?>) argument);
            case "describe" -> Describe.describe(argument);
            case "class" -> argument == null ? null : argument.getClass();
            case "reverse" -> reversed(argument);
            case "make" -> Cases.all().make((String) argument);
            case "list" -> new ArrayList<>(Cases.all().names());
            case "echo" -> argument;
            default -> throw new IllegalArgumentException("no request is named " + verb);
        };
    }

    private static Number sum(Collection<?> numbers) {
        double floating = 0;
        boolean isFloating = false;
        boolean isDecimal = false;
        BigDecimal exact = BigDecimal.ZERO;
        for (Object element : numbers) {
            Number number = (Number) element;
            if (number instanceof Double || number instanceof Float) {
                isFloating = true;
            } else {
                isDecimal |= number instanceof BigDecimal;
                exact = exact.add(new BigDecimal(number.toString()));
            }
            floating += number.doubleValue();
        }
        if (isFloating) {
            return floating;
        }
        if (isDecimal) {
            return exact;
        }
        BigInteger integer = exact.toBigIntegerExact();
        return integer.bitLength() < Long.SIZE ? (Number) integer.longValue() : integer;
    }

    private static Object reversed(Object argument) {
        if (argument instanceof String text) {
            return new StringBuilder(text).reverse().toString();
        }
        List<Object> elements = new ArrayList<>((Collection<?>) argument);
        Collections.reverse(elements);
        return elements;
    }
}
