package bridge;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What both ends of a conversation know, and prove to each other before the first object: Python's {@code secret=}.
 *
 * <p>Each end sends {@code BRIDGE 00 01} and a nonce of 32 random bytes; then the client sends its proof, and the
 * server checks it and only then sends its own. A proof is the HMAC-SHA-256 (RFC 2104) over {@code BRIDGE 00 01}, the
 * word {@code client} or {@code server}, the client's nonce and the server's. Nothing after that is encrypted: that is
 * for TLS.
 */
public final class SharedSecret {
    private static final byte[] MAGIC = {'B', 'R', 'I', 'D', 'G', 'E', 0, 1};
    private static final byte[] CLIENT = "client".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SERVER = "server".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OBJECT_STREAM = {(byte) 0xac, (byte) 0xed};
    private static final int NONCE_BYTES = 32;
    private static final int PROOF_BYTES = 32;
    private static final int FEWEST_BYTES = 16;
    private static final int HANDSHAKE_SECONDS = 10;
    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec key;
    private final SecureRandom random = new SecureRandom();

    /**
     * A secret of {@value #FEWEST_BYTES} random bytes or more.
     *
     * @throws IllegalArgumentException if it is shorter
     */
    public SharedSecret(byte[] bytes) {
        if (bytes.length < FEWEST_BYTES) {
            throw new IllegalArgumentException("a shared secret must have " + FEWEST_BYTES + " bytes or more, and has "
                    + bytes.length);
        }
        key = new SecretKeySpec(bytes, ALGORITHM);
    }

    /** Says nothing of the secret. */
    @Override
    public String toString() {
        return "SharedSecret";
    }

    /** The handshake of who has connected; where it fails, or takes longer than 10 seconds, {@code below} is closed. */
    void connect(InputStream in, OutputStream out, Closeable below) throws IOException {
        inTime(below, () -> {
            byte[] own = hello(out);
            byte[] peer = readHello(in);
            write(out, proof(CLIENT, own, peer));
            check(in, proof(SERVER, own, peer));
        });
    }

    /** The handshake of who has accepted, likewise. */
    void accept(InputStream in, OutputStream out, Closeable below) throws IOException {
        inTime(below, () -> {
            byte[] own = hello(out);
            byte[] peer = readHello(in);
            check(in, proof(CLIENT, peer, own));
            write(out, proof(SERVER, peer, own));
        });
    }

    private byte[] hello(OutputStream out) throws IOException {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] hello = Arrays.copyOf(MAGIC, MAGIC.length + NONCE_BYTES);
        System.arraycopy(nonce, 0, hello, MAGIC.length, NONCE_BYTES);
        write(out, hello);
        return nonce;
    }

    private static void write(OutputStream out, byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    private static byte[] readHello(InputStream in) throws IOException {
        byte[] begun = new byte[MAGIC.length];
        for (int i = 0; i < begun.length; i++) {
            begun[i] = read(in, 1)[0];
            // Two bytes tell an object stream, and of one that is cut after them no more may come.
            if (begun[i] != MAGIC[i] && (i > 0 || begun[0] != OBJECT_STREAM[0])) {
                throw stranger(Arrays.copyOf(begun, i + 1));
            }
        }
        return read(in, NONCE_BYTES);
    }

    private static ProtocolException stranger(byte[] begun) {
        if (Arrays.equals(begun, OBJECT_STREAM)) {
            return new ProtocolException("the peer uses no shared secret: it begins with an object stream (AC ED) where"
                    + " the handshake is to come: it needs the same secret");
        }
        return new ProtocolException("the peer does not begin with the handshake of a shared secret, but with "
                + HexFormat.ofDelimiter(" ").withUpperCase().formatHex(begun));
    }

    private static void check(InputStream in, byte[] expected) throws IOException {
        if (!MessageDigest.isEqual(read(in, PROOF_BYTES), expected)) {
            throw new ProtocolException("the peer does not know the shared secret");
        }
    }

    /** So many bytes and no more: what comes after them belongs to the conversation. */
    private static byte[] read(InputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new ProtocolException("the peer has hung up in the handshake of the shared secret: it has another"
                    + " secret, or none");
        }
        return bytes;
    }

    private byte[] proof(byte[] role, byte[] client, byte[] server) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update(MAGIC);
            mac.update(role);
            mac.update(client);
            mac.update(server);
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }

    /** What is done with the streams of a peer. */
    @FunctionalInterface
    private interface Exchange {
        void run() throws IOException;
    }

    private static void inTime(Closeable below, Exchange exchange) throws IOException {
        AtomicBoolean late = new AtomicBoolean();
        Executor then = CompletableFuture.delayedExecutor(HANDSHAKE_SECONDS, TimeUnit.SECONDS);
        CompletableFuture<Void> watch = CompletableFuture.runAsync(() -> {
            late.set(true);
            closeQuietly(below);
        }, then);
        try {
            exchange.run();
        } catch (IOException e) {
            closeQuietly(below);
            if (late.get()) {
                throw new SocketTimeoutException("the peer was cut off: it took longer than " + HANDSHAKE_SECONDS
                        + " s for the handshake of the shared secret");
            }
            throw e;
        } finally {
            watch.cancel(false);
        }
    }

    private static void closeQuietly(Closeable below) {
        try {
            below.close();
        } catch (IOException e) {
            // It is gone either way.
        }
    }
}
