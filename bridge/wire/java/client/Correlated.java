/** The next message of the server that is no answer to a request, or null where it ended the conversation. */
public ${protocol}.${received} receive() throws IOException {
    return unclaimed.isEmpty() ? read() : unclaimed.poll();
}

/**
 * Sends a message and waits for the one of the server with the same {@code ${field}}; null where it ended the
 * conversation. What else comes in the meantime is kept for {@link #receive}, up to a bound.
 */
public ${protocol}.${received} request(${protocol}.${sent} message) throws IOException {
    send(message);
    Object expected = ${protocol}.correlationOf(message);
    while (true) {
        ${protocol}.${received} received = read();
        if (received == null || expected == null || expected.equals(${protocol}.correlationOf(received))) {
            return received;
        }
        if (unclaimed.size() == MAX_UNCLAIMED) {
            throw new IOException(MAX_UNCLAIMED + " messages came, and none was the answer");
        }
        unclaimed.add(received);
    }
}
