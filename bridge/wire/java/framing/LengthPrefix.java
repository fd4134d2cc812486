private static byte[] readFrame(DataInput in) throws IOException {
    long length = 0;
    for (int i = 0; i < ${BYTES}; i++) {
        try {
            length = ${APPENDED};
        } catch (EOFException ended) {
            if (i == 0) {
                return null;
            }
            throw new WireException("the input ended inside a frame", "$$", i, false);
        }
    }
    long size = length${OWN};
    if (size < 0 || size > MAX_FRAME_BYTES) {
        throw new WireException("a frame of " + size + " bytes; the bound is " + MAX_FRAME_BYTES, "$$", 0, false);
    }
    return FrameReader.fetch(in, (int) size, ${BYTES});
}

private static void writeFrame(byte[] payload, DataOutput out) throws IOException {
    long length = payload.length${INCLUDED};
    byte[] frame = new byte[${BYTES} + payload.length];
    for (int i = 0; i < ${BYTES}; i++) {
        frame[i] = (byte) (length >> ${SHIFT});
    }
    System.arraycopy(payload, 0, frame, ${BYTES}, payload.length);
    out.write(frame);
}
