private static final int OPENING = ${magic};
private static final String NAME = ${name};
private static final int LOWEST_VERSION = ${lowest};

/** Writes what both sides begin with, unasked: the versions they speak, and the name of the protocol. */
static void writeOpening(DataOutput out) throws IOException {
    out.writeInt(OPENING);
    out.writeShort(LOWEST_VERSION);
    out.writeShort(VERSION);
    out.writeUTF(NAME);
}

/** Reads what the other side begins with; the version that counts. */
static int readOpening(DataInput in) throws IOException {
    if (in.readInt() != OPENING) {
        throw new WireException("the peer does not negotiate a version", "$$", 0, false);
    }
    int lowest = in.readUnsignedShort();
    int highest = in.readUnsignedShort();
    if (!in.readUTF().equals(NAME)) {
        throw new WireException("the peer speaks another protocol", "$$", 8, false);
    }
    int version = Math.min(VERSION, highest);
    if (version < Math.max(LOWEST_VERSION, lowest)) {
        String reason = "the peer speaks the versions " + lowest + " to " + highest;
        throw new WireException(reason, "$$", 4, false);
    }
    return version;
}
