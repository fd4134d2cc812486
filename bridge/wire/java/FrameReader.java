package ${package};

import java.io.ByteArrayInputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.UTFDataFormatException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/**
 * The fields of one frame, in their order.
 *
 * <p>No length that stands in the frame is believed: it is compared with the bytes that are there before memory is
 * taken for it. Where frames have no length of their own, bytes are fetched from the input as fields ask for them, up
 * to the bound of a frame.
 */
final class FrameReader {
    private static final long FIRST_SECOND = -62_135_596_800L; // the year 1
    private static final long LAST_SECOND = 253_402_300_799L; // the end of the year 9999

    /** What a position is, for {@link #reset}. */
    record Mark(int position, int windowStart, int limit, int windows, int names) {}

    private record Window(int start, int limit) {}

    private final DataInput source; // null where the frame is whole
    private byte[] data;
    private int filled;
    private int limit; // the end of the innermost window
    private int windowStart;
    private int position;
    private long bit; // within a record of bits: the next one, counted from the beginning of the frame
    private final Deque<Window> windows = new ArrayDeque<>();
    private final List<Object> names = new ArrayList<>(); // fields (String) and elements (Integer) from the message on

    FrameReader(byte[] frame) {
        this.source = null;
        this.data = frame;
        this.filled = frame.length;
        this.limit = frame.length;
    }

    FrameReader(DataInput source, int maxFrameBytes) {
        this.source = source;
        this.data = new byte[Math.min(maxFrameBytes, 256)];
        this.limit = maxFrameBytes;
    }

    /** A whole frame of {@code size} bytes, which stands {@code offset} bytes behind the beginning of its prefix. */
    static byte[] fetch(DataInput source, int size, int offset) throws IOException {
        FrameReader reader = new FrameReader(source, size);
        try {
            reader.fill(size);
        } catch (EOFException ended) {
            throw new WireException("the input ended inside a frame", "$$", offset + reader.filled, false);
        }
        return reader.data.length == size ? reader.data : Arrays.copyOf(reader.data, size);
    }

    // ------------------------------------------------------------------------------------------------------ places

    void enter(String field) {
        names.add(field);
    }

    void enter(int element) {
        names.add(element);
    }

    void leave() {
        names.remove(names.size() - 1);
    }

    int position() {
        return position;
    }

    int remaining() {
        return limit - position;
    }

    /** Whether the input ended before the first byte of a frame that has no length of its own. */
    boolean atEndOfInput() throws IOException {
        try {
            fill(1);
            return false;
        } catch (EOFException ended) {
            return true;
        }
    }

    Mark mark() {
        return new Mark(position, windowStart, limit, windows.size(), names.size());
    }

    void reset(Mark mark) {
        position = mark.position();
        windowStart = mark.windowStart();
        limit = mark.limit();
        while (windows.size() > mark.windows()) {
            windows.pop();
        }
        names.subList(mark.names(), names.size()).clear();
    }

    WireException refused(String field, String reason) {
        return refused(field, reason, position);
    }

    private WireException refused(String field, String reason, int offset) {
        StringBuilder path = new StringBuilder("$$");
        for (Object name : names) {
            path.append(name instanceof Integer ? "[" + name + "]" : "." + name);
        }
        return new WireException(reason, field.isEmpty() ? path.toString() : path + "." + field, offset, source == null);
    }

    /** The beginning of the next {@code size} bytes, which are behind the position then. */
    private int take(String field, long size) throws IOException {
        if (size < 0 || size > limit - position) {
            String wanted = Long.toUnsignedString(size);
            throw refused(field, wanted + " bytes were expected, and " + remaining() + " are left");
        }
        if (position + size > filled) {
            try {
                fill((int) (position + size));
            } catch (EOFException ended) {
                throw refused(field, "the input ended inside a message");
            }
        }
        int start = position;
        position += (int) size;
        return start;
    }

    private void fill(int end) throws IOException {
        if (source == null || end <= filled) {
            return;
        }
        while (filled < end) {
            // No more than what came already is taken for bytes that are still to come.
            int step = Math.min(end, Math.max(2 * filled, 8192));
            if (step > data.length) {
                data = Arrays.copyOf(data, step);
            }
            source.readFully(data, filled, step - filled);
            filled = step;
        }
    }

    /** From now on, until {@link #closeWindow}, there are only the next {@code size} bytes. */
    void openWindow(String field, long size) throws IOException {
        int start = take(field, size);
        windows.push(new Window(windowStart, limit));
        limit = position;
        position = start;
        windowStart = start;
    }

    /** Goes on behind the window, whatever was read of it. */
    void closeWindow() {
        position = limit;
        Window outer = windows.pop();
        windowStart = outer.start();
        limit = outer.limit();
    }

    void expectEnd(String field) throws WireException {
        if (remaining() > 0) {
            throw refused(field, remaining() + " bytes are left over");
        }
    }

    void expect(String field, long found, long constant) throws WireException {
        if (found != constant) {
            throw refused(field, "it is " + found + ", and must be " + constant);
        }
    }

    void expect(String field, boolean found, boolean constant) throws WireException {
        if (found != constant) {
            throw refused(field, "it is " + found + ", and must be " + constant);
        }
    }

    void expect(String field, String found, String constant) throws WireException {
        if (!found.equals(constant)) {
            throw refused(field, "it is not \"" + constant + "\"");
        }
    }

    void expect(String field, byte[] found, byte[] constant) throws WireException {
        if (!Arrays.equals(found, constant)) {
            HexFormat hex = HexFormat.of();
            throw refused(field, "it is " + hex.formatHex(found) + ", and must be " + hex.formatHex(constant));
        }
    }

    void expectChecksum(String field, String algorithm, long found, long computed) throws WireException {
        if (found != computed) {
            String reason = "the %s is %x, and that of the bytes is %x";
            throw refused(field, String.format(reason, algorithm, found, computed));
        }
    }

    /** What a shorter message is filled up with. */
    void expectPadding(String field, int fill) throws WireException {
        for (int i = position; i < limit; i++) {
            if (data[i] != fill) {
                throw refused(field, remaining() + " bytes are left over");
            }
        }
    }

    /** A count, if so many elements of {@code leastBytes} bytes and more can be there. */
    int count(String field, long count, int leastBytes) throws WireException {
        if (count < 0 || count > remaining() / leastBytes) {
            String wanted = Long.toUnsignedString(count);
            throw refused(field, wanted + " elements cannot be in the " + remaining() + " bytes that are left");
        }
        return (int) count;
    }

    // ----------------------------------------------------------------------------------------------------- numbers

    /** An unsigned number of 1 to 8 bytes, the most significant first. */
    long unsigned(String field, int size) throws IOException {
        int start = take(field, size);
        long value = 0;
        for (int i = 0; i < size; i++) {
            value = value << 8 | data[start + i] & 0xFF;
        }
        return value;
    }

    /** Likewise, the least significant first. */
    long unsignedLittleEndian(String field, int size) throws IOException {
        int start = take(field, size);
        long value = 0;
        for (int i = size - 1; i >= 0; i--) {
            value = value << 8 | data[start + i] & 0xFF;
        }
        return value;
    }

    long signed(String field, int size) throws IOException {
        return extended(unsigned(field, size), 8 * size);
    }

    long signedLittleEndian(String field, int size) throws IOException {
        return extended(unsignedLittleEndian(field, size), 8 * size);
    }

    private static long extended(long value, int bits) {
        return value << 64 - bits >> 64 - bits;
    }

    float float32(String field) throws IOException {
        return Float.intBitsToFloat((int) unsigned(field, 4));
    }

    float float32LittleEndian(String field) throws IOException {
        return Float.intBitsToFloat((int) unsignedLittleEndian(field, 4));
    }

    double float64(String field) throws IOException {
        return Double.longBitsToDouble(unsigned(field, 8));
    }

    double float64LittleEndian(String field) throws IOException {
        return Double.longBitsToDouble(unsignedLittleEndian(field, 8));
    }

    boolean bool(String field) throws IOException {
        return data[take(field, 1)] != 0;
    }

    char utf16Unit(String field) throws IOException {
        return (char) unsigned(field, 2);
    }

    /** A number of 32 or 64 bits in groups of seven, the lowest first; the top bit of a byte says that one follows. */
    long compact(String field, int bits) throws IOException {
        int start = position;
        long value = 0;
        for (int shift = 0; shift < bits; shift += 7) {
            int next = data[take(field, 1)];
            if (bits - shift < 7 && (next & 0x7F) >>> bits - shift != 0) {
                throw refused(field, "the number has more than " + bits + " bits", start);
            }
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return extended(value, bits);
            }
        }
        throw refused(field, "the number goes on after " + (bits + 6) / 7 + " bytes", start);
    }

    // -------------------------------------------------------------------------------------------------------- bits

    /** From now on, for {@code size} bytes, there are bits. */
    void openBits(String field, int size) throws IOException {
        bit = 8L * take(field, size);
    }

    long unsignedBits(int count) {
        long value = 0;
        for (int i = 0; i < count; i++, bit++) {
            value = value << 1 | data[(int) (bit >> 3)] >> 7 - (int) (bit & 7) & 1;
        }
        return value;
    }

    long signedBits(int count) {
        return extended(unsignedBits(count), count);
    }

    void skipBits(int count) {
        bit += count;
    }

    // ----------------------------------------------------------------------------------------------- bytes, texts

    byte[] bytes(String field, long size) throws IOException {
        int start = take(field, size);
        return Arrays.copyOfRange(data, start, position);
    }

    byte[] rest() {
        int start = position;
        position = limit;
        return Arrays.copyOfRange(data, start, limit);
    }

    void skip(String field, long size) throws IOException {
        take(field, size);
    }

    String text(String field, long size, Charset charset) throws IOException {
        int start = take(field, size);
        return decoded(field, start, position - start, charset);
    }

    /** A text up to a unit of zero bytes, which is read too. */
    String terminated(String field, int unit, Charset charset) throws IOException {
        int start = position;
        while (true) {
            int at = take(field, unit);
            if (isZero(at, unit)) {
                return decoded(field, start, at - start, charset);
            }
        }
    }

    /** A text of {@code size} bytes, without the units of zero bytes at its end. */
    String stripped(String field, long size, int unit, Charset charset) throws IOException {
        int start = take(field, size);
        int end = position;
        int odd = (end - start) % unit;
        if (isZero(end - odd, odd)) {
            end -= odd;
        }
        while (end - unit >= start && isZero(end - unit, unit)) {
            end -= unit;
        }
        return decoded(field, start, end - start, charset);
    }

    private boolean isZero(int start, int size) {
        for (int i = start; i < start + size; i++) {
            if (data[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private String decoded(String field, int start, int size, Charset charset) throws WireException {
        try {
            return charset.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(data, start, size))
                    .toString();
        } catch (CharacterCodingException malformed) {
            throw refused(field, "the bytes are no " + charset.name(), start);
        }
    }

    /** What DataOutput.writeUTF writes. */
    String modifiedUtf(String field) throws IOException {
        int start = position;
        long size = unsigned(field, 2);
        take(field, size);
        try {
            return new DataInputStream(new ByteArrayInputStream(data, start, position - start)).readUTF();
        } catch (UTFDataFormatException malformed) {
            throw refused(field, "the bytes are no modified UTF-8", start);
        }
    }

    // ----------------------------------------------------------------------------------------------- other values

    UUID uuid(String field) throws IOException {
        int start = take(field, 16);
        ByteBuffer buffer = ByteBuffer.wrap(data, start, 16);
        return new UUID(buffer.getLong(), buffer.getLong());
    }

    Instant instant(String field) throws IOException {
        int start = take(field, 12);
        ByteBuffer buffer = ByteBuffer.wrap(data, start, 12);
        long seconds = buffer.getLong();
        int nanos = buffer.getInt();
        if (seconds < FIRST_SECOND || seconds > LAST_SECOND || nanos < 0 || nanos > 999_999_999) {
            throw refused(field, seconds + " s and " + nanos + " ns are no point of time of the years 1 to 9999", start);
        }
        return Instant.ofEpochSecond(seconds, nanos);
    }

    /** One object, as a whole object stream in all bytes that are left; {@code filter} says what may be in it. */
    Object javaObject(String field, String filter) throws IOException {
        int start = position;
        byte[] stream = rest();
        ByteArrayInputStream bytes = new ByteArrayInputStream(stream);
        try (ObjectInputStream in = new ObjectInputStream(bytes)) {
            // No array has more elements than the stream has bytes.
            String pattern = "maxarray=" + stream.length + ";" + filter;
            in.setObjectInputFilter(ObjectInputFilter.Config.createFilter(pattern));
            Object value = in.readObject();
            if (in.available() > 0 || bytes.available() > 0) {
                throw refused(field, "there is more than one object in the object stream", start);
            }
            return value;
        } catch (WireException refused) {
            throw refused;
        } catch (IOException | ClassNotFoundException | RuntimeException | StackOverflowError broken) {
            throw refused(field, "the object stream cannot be read: " + broken, start);
        }
    }

    /** All bytes before the position, in the frame or in the window; the first {@code skipped} of them do not count. */
    ByteBuffer before(int skipped) {
        int start = Math.min(windowStart + skipped, position);
        return ByteBuffer.wrap(data, start, position - start);
    }
}
