package ${package};

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.UTFDataFormatException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/** The payload of one frame, field by field. A value that has no place on the wire is refused. */
final class FrameWriter {
    private static final long FIRST_SECOND = -62_135_596_800L; // the year 1
    private static final long LAST_SECOND = 253_402_300_799L; // the end of the year 9999

    private final int maxFrameBytes;
    private byte[] data = new byte[256];
    private int size;
    private int windowStart;
    private int bitsLeft; // in the last byte, while bits are written
    private final List<Object> names = new ArrayList<>(); // fields (String) and elements (Integer) from the message on

    FrameWriter(int maxFrameBytes) {
        this.maxFrameBytes = maxFrameBytes;
    }

    byte[] toByteArray() {
        return Arrays.copyOf(data, size);
    }

    int size() {
        return size;
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

    WireException refused(String field, String reason) {
        StringBuilder path = new StringBuilder("$$");
        for (Object name : names) {
            path.append(name instanceof Integer ? "[" + name + "]" : "." + name);
        }
        return new WireException(reason, field.isEmpty() ? path.toString() : path + "." + field, size, true);
    }

    /** {@code value}, which must be there. */
    <T> T present(String field, T value) throws WireException {
        if (value == null) {
            throw refused(field, "there is no value, and here stands one");
        }
        return value;
    }

    /** Refuses a value that would not be written. */
    void absent(String field, Object value) throws WireException {
        if (value != null) {
            throw refused(field, "there is a value, and here stands none");
        }
    }

    /** Refuses a size or a count that is not the one that was announced. */
    void expect(String field, String what, long found, long announced) throws WireException {
        if (found != announced) {
            throw refused(field, found + " " + what + ", and " + announced + " must be here");
        }
    }

    private int grow(String field, long more) throws WireException {
        if (more > maxFrameBytes - size) {
            throw refused(field, "the message takes more than " + maxFrameBytes + " bytes");
        }
        int start = size;
        size += (int) more;
        if (size > data.length) {
            data = Arrays.copyOf(data, (int) Math.min(maxFrameBytes, Math.max(size, 2L * data.length)));
        }
        return start;
    }

    /** What is written from now on stands in a window; the answer is for {@link #closeWindow}. */
    int openWindow() {
        int outer = windowStart;
        windowStart = size;
        return outer;
    }

    /** How many bytes were written since the window was opened. */
    int windowSize() {
        return size - windowStart;
    }

    void closeWindow(int outer) {
        windowStart = outer;
    }

    /** Fills the window with zero bytes up to {@code length}. */
    void fillWindow(String field, long length) throws WireException {
        long missing = length - windowSize();
        if (missing < 0) {
            throw refused(field, windowSize() + " bytes, and " + length + " must be here");
        }
        pad(field, missing, 0);
    }

    /** Puts what was written since {@code start} in front of the window's other bytes. */
    void moveToFront(int start) {
        byte[] moved = Arrays.copyOfRange(data, start, size);
        System.arraycopy(data, windowStart, data, windowStart + moved.length, start - windowStart);
        System.arraycopy(moved, 0, data, windowStart, moved.length);
    }

    // ----------------------------------------------------------------------------------------------------- numbers

    /** An unsigned number of 1 to 8 bytes, the most significant first; 8 bytes hold every long. */
    void unsigned(String field, long value, int bytes) throws WireException {
        number(field, checkUnsigned(field, value, 8 * bytes), bytes);
    }

    void unsignedLittleEndian(String field, long value, int bytes) throws WireException {
        littleEndian(field, checkUnsigned(field, value, 8 * bytes), bytes);
    }

    void signed(String field, long value, int bytes) throws WireException {
        number(field, checkSigned(field, value, 8 * bytes), bytes);
    }

    void signedLittleEndian(String field, long value, int bytes) throws WireException {
        littleEndian(field, checkSigned(field, value, 8 * bytes), bytes);
    }

    private void number(String field, long value, int bytes) throws WireException {
        int start = grow(field, bytes);
        for (int i = 0; i < bytes; i++) {
            data[start + i] = (byte) (value >> 8 * (bytes - 1 - i));
        }
    }

    private void littleEndian(String field, long value, int bytes) throws WireException {
        int start = grow(field, bytes);
        for (int i = 0; i < bytes; i++) {
            data[start + i] = (byte) (value >> 8 * i);
        }
    }

    private long checkUnsigned(String field, long value, int bits) throws WireException {
        if (bits < 64 && value >> bits != 0) {
            throw refused(field, value + " is no number of " + bits + " bits without a sign");
        }
        return value;
    }

    private long checkSigned(String field, long value, int bits) throws WireException {
        if (value << 64 - bits >> 64 - bits != value) {
            throw refused(field, value + " is no number of " + bits + " bits with a sign");
        }
        return value;
    }

    void float32(String field, float value) throws WireException {
        number(field, Float.floatToRawIntBits(value), 4);
    }

    void float32LittleEndian(String field, float value) throws WireException {
        littleEndian(field, Float.floatToRawIntBits(value), 4);
    }

    void float64(String field, double value) throws WireException {
        number(field, Double.doubleToRawLongBits(value), 8);
    }

    void float64LittleEndian(String field, double value) throws WireException {
        littleEndian(field, Double.doubleToRawLongBits(value), 8);
    }

    void bool(String field, boolean value) throws WireException {
        number(field, value ? 1 : 0, 1);
    }

    void utf16Unit(String field, char value) throws WireException {
        number(field, value, 2);
    }

    /** A number of 32 or 64 bits in groups of seven, the lowest first; the top bit of a byte says that one follows. */
    void compact(String field, long value, int bits) throws WireException {
        long left = checkSigned(field, value, bits) << 64 - bits >>> 64 - bits;
        while (left > 0x7F || left < 0) {
            number(field, left & 0x7F | 0x80, 1);
            left >>>= 7;
        }
        number(field, left, 1);
    }

    // -------------------------------------------------------------------------------------------------------- bits

    void unsignedBits(String field, long value, int count) throws WireException {
        checkUnsigned(field, value, count);
        putBits(field, value, count);
    }

    void signedBits(String field, long value, int count) throws WireException {
        checkSigned(field, value, count);
        putBits(field, value, count);
    }

    private void putBits(String field, long value, int count) throws WireException {
        for (int i = count - 1; i >= 0; i--) {
            if (bitsLeft == 0) {
                pad(field, 1, 0);
                bitsLeft = 8;
            }
            bitsLeft--;
            data[size - 1] |= (byte) ((value >> i & 1) << bitsLeft);
        }
    }

    void padBits(String field, int count, boolean set) throws WireException {
        for (int i = 0; i < count; i++) {
            putBits(field, set ? 1 : 0, 1);
        }
    }

    // ----------------------------------------------------------------------------------------------- bytes, texts

    void bytes(String field, byte[] value) throws WireException {
        int start = grow(field, value.length);
        System.arraycopy(value, 0, data, start, value.length);
    }

    void pad(String field, long length, int pattern) throws WireException {
        if (length < 0) {
            throw refused(field, "a length of " + length);
        }
        int start = grow(field, length);
        Arrays.fill(data, start, size, (byte) pattern);
    }

    byte[] encoded(String field, String text, Charset charset) throws WireException {
        try {
            ByteBuffer bytes = charset.newEncoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .encode(CharBuffer.wrap(text));
            byte[] result = new byte[bytes.remaining()];
            bytes.get(result);
            return result;
        } catch (CharacterCodingException unmappable) {
            throw refused(field, "the text cannot be written as " + charset.name());
        }
    }

    /** A text and a unit of zero bytes, which it must not hold itself. */
    void terminated(String field, String text, int unit, Charset charset) throws WireException {
        if (text.indexOf('\0') >= 0) {
            throw refused(field, "the text holds the character 0, which ends it");
        }
        bytes(field, encoded(field, text, charset));
        pad(field, unit, 0);
    }

    /** A text, and zero bytes up to {@code length}; a 0 at its end would be lost. */
    void filled(String field, String text, long length, Charset charset) throws WireException {
        byte[] bytes = encoded(field, text, charset);
        if (bytes.length > length) {
            throw refused(field, "the text takes " + bytes.length + " bytes, and " + length + " are here");
        }
        if (text.endsWith("\0")) {
            throw refused(field, "the text ends with the character 0, which is taken for filling");
        }
        bytes(field, bytes);
        pad(field, length - bytes.length, 0);
    }

    /** As DataOutput.writeUTF. */
    void modifiedUtf(String field, String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            new DataOutputStream(bytes).writeUTF(text);
        } catch (UTFDataFormatException tooLong) {
            throw refused(field, "the text takes more than 65535 bytes");
        }
        bytes(field, bytes.toByteArray());
    }

    // ----------------------------------------------------------------------------------------------- other values

    void uuid(String field, UUID value) throws WireException {
        number(field, value.getMostSignificantBits(), 8);
        number(field, value.getLeastSignificantBits(), 8);
    }

    void instant(String field, Instant value) throws WireException {
        if (value.getEpochSecond() < FIRST_SECOND || value.getEpochSecond() > LAST_SECOND) {
            throw refused(field, value + " is outside of the years 1 to 9999");
        }
        number(field, value.getEpochSecond(), 8);
        number(field, value.getNano(), 4);
    }

    /** One object, as a whole object stream. */
    void javaObject(String field, Object value) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        } catch (IOException | StackOverflowError broken) {
            throw refused(field, "the object cannot be written: " + broken);
        }
        bytes(field, bytes.toByteArray());
    }

    /** All bytes that were written, in the frame or in the window; the first {@code skipped} of them do not count. */
    ByteBuffer before(int skipped) {
        int start = Math.min(windowStart + skipped, size);
        return ByteBuffer.wrap(data, start, size - start);
    }
}
