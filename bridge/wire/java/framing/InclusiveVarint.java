/** What the prefix says of a payload: its size, with the size of the prefix itself. */
private static long inclusive(int payload) {
    int own = 1;
    while ((long) payload + own >>> 7 * own != 0) {
        own++;
    }
    return (long) payload + own;
}
