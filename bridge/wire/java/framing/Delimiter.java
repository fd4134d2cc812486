private static final byte[] MARK = {${MARK}};

private static byte[] readFrame(DataInput in) throws IOException {
    byte[] data = new byte[256];
    int size = 0;
    boolean isBeyond = false;
    while (true) {
        if (size == data.length) {
            data = Arrays.copyOf(data, 2 * size);
        }
        try {
            data[size] = in.readByte();
        } catch (EOFException ended) {
            if (size == 0 && !isBeyond) {
                return null;
            }
            throw new WireException("the input ended inside a frame", "$$", size, false);
        }
        size++;
        int end = size - MARK.length;
        if (end >= 0 && Arrays.equals(data, end, size, MARK, 0, MARK.length)) {
            if (isBeyond) {
                throw new WireException("a frame of more than " + MAX_FRAME_BYTES + " bytes", "$$", 0, true);
            }
            return Arrays.copyOf(data, end);
        }
        if (end >= MAX_FRAME_BYTES) {
            // Nothing of it is kept but what the mark may have begun with.
            isBeyond = true;
            System.arraycopy(data, end + 1, data, 0, MARK.length - 1);
            size = MARK.length - 1;
        }
    }
}

private static void writeFrame(byte[] payload, DataOutput out) throws IOException {
    byte[] frame = Arrays.copyOf(payload, payload.length + MARK.length);
    System.arraycopy(MARK, 0, frame, payload.length, MARK.length);
    for (int i = 0; i < payload.length; i++) {
        if (Arrays.equals(frame, i, i + MARK.length, MARK, 0, MARK.length)) {
            throw new WireException("the message holds the mark that ends a frame", "$$", i, true);
        }
    }
    out.write(frame);
}
