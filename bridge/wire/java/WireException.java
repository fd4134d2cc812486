package ${package};

import java.io.IOException;
import java.io.Serial;

/** Bytes that are no message, or a message that cannot be written. */
public final class WireException extends IOException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final String reason;
    private final String path;
    private final long offset;
    private final boolean frameKept;

    WireException(String reason, String path, long offset, boolean frameKept) {
        super(reason + " (at byte " + offset + ", in " + path + ")");
        this.reason = reason;
        this.path = path;
        this.offset = offset;
        this.frameKept = frameKept;
    }

    /** What is wrong, without the place. */
    public String reason() {
        return reason;
    }

    /** The field, from the message on: {@code $$.items[3].name}. */
    public String path() {
        return path;
    }

    /** The place in bytes: from the beginning of the frame's payload, of a bad frame from its own beginning. */
    public long offset() {
        return offset;
    }

    /** Whether it is known where the next frame begins, so that reading can go on there. */
    public boolean canGoOn() {
        return frameKept;
    }
}
