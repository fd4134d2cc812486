private static byte[] readFrame(DataInput in) throws IOException {
    long length = 0;
    int next = 0x80;
    int own = 0;
    while (next >= 0x80) {
        if (own == 5) {
            throw new WireException("the length of a frame goes on after 5 bytes", "$$", 0, false);
        }
        try {
            next = in.readUnsignedByte();
        } catch (EOFException ended) {
            if (own == 0) {
                return null;
            }
            throw new WireException("the input ended inside a frame", "$$", own, false);
        }
        length |= (next & 0x7FL) << 7 * own;
        own++;
    }
    long size = length${OWN};
    if (size < 0 || size > MAX_FRAME_BYTES) {
        throw new WireException("a frame of " + size + " bytes; the bound is " + MAX_FRAME_BYTES, "$$", 0, false);
    }
    return FrameReader.fetch(in, (int) size, own);
}

private static void writeFrame(byte[] payload, DataOutput out) throws IOException {
    ${COUNTED}
    byte[] frame = new byte[5 + payload.length];
    int own = 0;
    for (; left > 0x7F; left >>>= 7) {
        frame[own++] = (byte) (left & 0x7F | 0x80);
    }
    frame[own++] = (byte) left;
    System.arraycopy(payload, 0, frame, own, payload.length);
    out.write(frame, 0, own + payload.length);
}
