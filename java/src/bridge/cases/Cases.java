package bridge.cases;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * The objects that are exchanged in tests, by name: {@code group/what-is-special}.
 *
 * <p>A new case is one {@link #add} in the class of its family; a new family is one line in {@link #all}.
 * Each call of {@link #make} makes a new object, the same one in every JVM.
 */
public final class Cases {
    private static final Cases ALL = new Cases();

    static {
        Boxes.addTo(ALL);
        Strings.addTo(ALL);
        PrimitiveArrays.addTo(ALL);
        ObjectArrays.addTo(ALL);
        Lists.addTo(ALL);
        Maps.addTo(ALL);
        Sets.addTo(ALL);
        Graphs.addTo(ALL);
        Enums.addTo(ALL);
        ClassObjects.addTo(ALL);
        Records.addTo(ALL);
        Beans.addTo(ALL);
        Names.addTo(ALL);
        CustomWriters.addTo(ALL);
        Externalizables.addTo(ALL);
        Replacements.addTo(ALL);
        Proxies.addTo(ALL);
        Lambdas.addTo(ALL);
        Throwables.addTo(ALL);
        JdkValues.addTo(ALL);
        JdkCollections.addTo(ALL);
        Times.addTo(ALL);
        Containers.addTo(ALL);
        ConcurrentContainers.addTo(ALL);
        Utilities.addTo(ALL);
        Sizes.addTo(ALL);
    }

    private final Map<String, Callable<Object>> makers = new LinkedHashMap<>();

    private Cases() {
    }

    /** All cases there are. */
    public static Cases all() {
        return ALL;
    }

    /** The names in the order of their families. */
    public List<String> names() {
        return List.copyOf(makers.keySet());
    }

    /** The selected names: each selector is a name, or the start of names up to a slash; none selects all. */
    public List<String> names(List<String> selectors) {
        if (selectors.isEmpty()) {
            return names();
        }
        List<String> selected = new ArrayList<>();
        for (String selector : selectors) {
            List<String> found = makers.keySet().stream()
                    .filter(name -> name.equals(selector) || selector.endsWith("/") && name.startsWith(selector))
                    .toList();
            if (found.isEmpty()) {
                throw new IllegalArgumentException("no case is named " + selector);
            }
            selected.addAll(found);
        }
        return selected;
    }

    /** A new object of the case with that name. */
    public Object make(String name) {
        Callable<Object> maker = makers.get(name);
        if (maker == null) {
            throw new IllegalArgumentException("no case is named " + name);
        }
        try {
            return maker.call();
        } catch (Exception e) {
            throw new IllegalStateException("the case " + name + " cannot be made", e);
        }
    }

    /** Adds a case. */
    void add(String name, Callable<Object> maker) {
        if (makers.putIfAbsent(name, maker) != null) {
            throw new IllegalArgumentException("two cases are named " + name);
        }
    }
}
