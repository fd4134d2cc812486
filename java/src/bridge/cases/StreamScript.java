package bridge.cases;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.OutputStream;
import java.io.StreamCorruptedException;
import java.util.ArrayList;
import java.util.List;

/**
 * A whole stream with several contents, as a sequence of steps: each is written, and read back to a value.
 *
 * <p>The stream writes annotations of classes the way RMI does where {@link #annotateClasses} says so. What the
 * reader finds in the annotations is among the values read, in the order of reading.
 */
public final class StreamScript {
    /** Writes one content. */
    @FunctionalInterface
    interface Write {
        void to(ObjectOutputStream out) throws IOException;
    }

    /** Reads one content. */
    @FunctionalInterface
    interface Read {
        Object from(ObjectInputStream in) throws IOException, ClassNotFoundException;
    }

    /** Writes what belongs to a class into the descriptor of it; the argument is the class. */
    @FunctionalInterface
    interface Annotate {
        void to(ObjectOutputStream out, Class<?> type) throws IOException;
    }

    /** Reads what {@link Annotate} wrote; the name is null for a proxy class. */
    @FunctionalInterface
    interface ReadAnnotation {
        Object from(ObjectInputStream in, String className) throws IOException, ClassNotFoundException;
    }

    private final List<Write> writes = new ArrayList<>();
    private final List<Read> reads = new ArrayList<>();
    private Annotate annotate = (out, type) -> { };
    private ReadAnnotation readAnnotation = (in, className) -> null;
    private boolean annotated;

    /** Adds a step. */
    StreamScript step(Write write, Read read) {
        writes.add(write);
        reads.add(read);
        return this;
    }

    /** Adds an object. */
    StreamScript object(Object object) {
        return step(out -> out.writeObject(object), ObjectInputStream::readObject);
    }

    /** Adds a step that leaves nothing to read, such as a reset. */
    StreamScript silently(Write write) {
        writes.add(write);
        return this;
    }

    /** Writes annotations of class descriptors, and reads them. */
    StreamScript annotateClasses(Annotate write, ReadAnnotation read) {
        annotate = write;
        readAnnotation = read;
        annotated = true;
        return this;
    }

    /** The whole stream. */
    public byte[] write() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new AnnotatingOutputStream(bytes)) {
            for (Write write : writes) {
                write.to(out);
            }
        }
        return bytes.toByteArray();
    }

    /** The values of a stream that was written by these steps, in order; anything after them is an error. */
    public List<Object> read(byte[] stream) throws IOException, ClassNotFoundException {
        List<Object> values = new ArrayList<>();
        try (ObjectInputStream in = new AnnotatedInputStream(new ByteArrayInputStream(stream), values)) {
            for (Read read : reads) {
                values.add(read.from(in));
            }
            Object surplus;
            try {
                surplus = in.readObject();
            } catch (EOFException end) {
                return values;
            }
            throw new StreamCorruptedException("the stream goes on with " + surplus);
        }
    }

    private final class AnnotatingOutputStream extends ObjectOutputStream {
        AnnotatingOutputStream(OutputStream out) throws IOException {
            super(out);
        }

        @Override
        protected void annotateClass(Class<?> type) throws IOException {
            annotate.to(this, type);
        }

        @Override
        protected void annotateProxyClass(Class<?> type) throws IOException {
            annotate.to(this, type);
        }
    }

    private final class AnnotatedInputStream extends ObjectInputStream {
        private final List<Object> values;

        AnnotatedInputStream(InputStream in, List<Object> values) throws IOException {
            super(in);
            this.values = values;
        }

        @Override
        protected Class<?> resolveClass(ObjectStreamClass descriptor) throws IOException, ClassNotFoundException {
            addAnnotation(descriptor.getName());
            return super.resolveClass(descriptor);
        }

        @Override
        protected Class<?> resolveProxyClass(String[] interfaces) throws IOException, ClassNotFoundException {
            addAnnotation(null);
            return super.resolveProxyClass(interfaces);
        }

        private void addAnnotation(String className) throws IOException, ClassNotFoundException {
            if (annotated) {
                values.add(readAnnotation.from(this, className));
            }
        }
    }
}
