private static void writeFrame(byte[] payload, DataOutput out) throws IOException {
    out.write(payload);
}
