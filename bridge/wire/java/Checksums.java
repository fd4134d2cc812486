package ${package};

import java.nio.ByteBuffer;
import java.util.zip.Adler32;
import java.util.zip.CRC32;
import java.util.zip.Checksum;

/** The checksums, each over the remaining bytes of a buffer. */
final class Checksums {
    private Checksums() {}

    static long crc32(ByteBuffer bytes) {
        return computed(new CRC32(), bytes);
    }

    static long adler32(ByteBuffer bytes) {
        return computed(new Adler32(), bytes);
    }

    private static long computed(Checksum checksum, ByteBuffer bytes) {
        checksum.update(bytes);
        return checksum.getValue();
    }

    /** CRC-16/XMODEM: the polynomial 0x1021, from 0 on, not reflected. */
    static long crc16(ByteBuffer bytes) {
        int value = 0;
        while (bytes.hasRemaining()) {
            value ^= (bytes.get() & 0xFF) << 8;
            for (int i = 0; i < 8; i++) {
                value = (value & 0x8000) != 0 ? value << 1 ^ 0x1021 : value << 1;
            }
        }
        return value & 0xFFFF;
    }

    static long sum8(ByteBuffer bytes) {
        int value = 0;
        while (bytes.hasRemaining()) {
            value += bytes.get();
        }
        return value & 0xFF;
    }

    static long xor8(ByteBuffer bytes) {
        int value = 0;
        while (bytes.hasRemaining()) {
            value ^= bytes.get();
        }
        return value & 0xFF;
    }
}
