package bridge.cases;

import java.io.Serializable;

/**
 * The class that {@link Names} defines once more under a name outside ASCII: a compiler cannot write the file of
 * such a class where the locale has no such characters.
 */
@SuppressWarnings("serial")
public class UnicodeTemplate implements Serializable {
    int gr\u00f6\u00dfe = 1;
    String \u540d\u524d = "name";
    UnicodeTemplate \u03c0\u03b1\u03c4\u03ae\u03c1;
}
