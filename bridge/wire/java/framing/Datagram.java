private static void checkSize(int size) throws WireException {
    if (size > MAX_FRAME_BYTES) {
        throw new WireException("a datagram of " + size + " bytes; the bound is " + MAX_FRAME_BYTES, "$$", 0, true);
    }
}
