package bridge.harness;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Writes the class descriptors of all serializable classes under some places as one stream on standard output: what
 * {@link ObjectStreamClass} makes of them, the serialVersionUID included.
 */
public final class ClassDescriptors {
    private ClassDescriptors() {
    }

    /** {@code ClassDescriptors PLACE...}: a place is a folder of the class path, or {@code jrt:MODULE}. */
    public static void main(String[] args) throws IOException {
        try (ObjectOutputStream out = new ObjectOutputStream(new BufferedOutputStream(System.out))) {
            for (String place : args) {
                Path root = place.startsWith("jrt:")
                        ? FileSystems.getFileSystem(URI.create("jrt:/")).getPath("modules", place.substring(4))
                        : Path.of(place);
                for (String name : classesUnder(root)) {
                    ObjectStreamClass descriptor = describe(name);
                    if (descriptor != null) {
                        out.writeObject(descriptor);
                    }
                }
            }
        }
    }

    private static List<String> classesUnder(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.map(file -> root.relativize(file).toString())
                    .filter(name -> name.endsWith(".class") && !name.endsWith("-info.class"))
                    .map(name -> name.substring(0, name.length() - ".class".length()).replace('/', '.'))
                    .sorted()
                    .toList();
        }
    }

    /** Null where the class is not serializable, or cannot be initialised here. */
    private static ObjectStreamClass describe(String name) {
        try {
            ObjectStreamClass descriptor =
                    ObjectStreamClass.lookup(Class.forName(name, false, ClassDescriptors.class.getClassLoader()));
            if (descriptor != null) {
                descriptor.getSerialVersionUID(); // here, where it may fail
            }
            return descriptor;
        } catch (ClassNotFoundException | LinkageError e) {
            return null;
        }
    }
}
