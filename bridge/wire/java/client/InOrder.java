/** The next message of the server, or null where it ended the conversation. */
public ${protocol}.${received} receive() throws IOException {
    return read();
}

/** Sends a message and waits for the next one of the server; null where it ended the conversation. */
public ${protocol}.${received} request(${protocol}.${sent} message) throws IOException {
    send(message);
    return receive();
}
