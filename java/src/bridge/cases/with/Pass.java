package bridge.cases.with;

import java.io.Serializable;

/** A class in a package whose name is a keyword elsewhere. */
@SuppressWarnings("serial")
public class Pass implements Serializable {
    public int value = 1;
}
