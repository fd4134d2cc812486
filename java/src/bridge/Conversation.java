package bridge;

import java.io.IOException;

/** Carries objects both ways to one peer: over a stream of bytes ({@link Channel}) or in datagrams. */
public interface Conversation extends AutoCloseable {
    /** Sends one object and everything reachable from it. */
    void send(Object object) throws IOException;

    /**
     * Waits for the next object.
     *
     * @throws java.io.EOFException if the peer has closed its side, which datagrams do not tell
     */
    Object receive() throws IOException, ClassNotFoundException;

    /** Sends an object and waits for the next one to arrive. */
    default Object request(Object object) throws IOException, ClassNotFoundException {
        send(object);
        return receive();
    }

    /** Makes both sides forget the objects sent so far, so that their memory is given back. */
    void reset() throws IOException;

    /** Closes what lies below. */
    @Override
    void close() throws IOException;
}
