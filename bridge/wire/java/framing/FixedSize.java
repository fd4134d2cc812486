private static final int FRAME_BYTES = ${SIZE};

private static byte[] readFrame(DataInput in) throws IOException {
    byte[] frame = new byte[FRAME_BYTES];
    try {
        frame[0] = in.readByte();
    } catch (EOFException ended) {
        return null;
    }
    try {
        in.readFully(frame, 1, FRAME_BYTES - 1);
    } catch (EOFException ended) {
        throw new WireException("the input ended inside a frame", "$$", 1, false);
    }
    return frame;
}

private static void writeFrame(byte[] payload, DataOutput out) throws IOException {
    if (${MISFIT}) {
        throw new WireException(payload.length + " bytes for a frame of " + FRAME_BYTES, "$$", 0, true);
    }
    byte[] frame = Arrays.copyOf(payload, FRAME_BYTES);
    Arrays.fill(frame, payload.length, FRAME_BYTES, (byte) ${FILL});
    out.write(frame);
}
