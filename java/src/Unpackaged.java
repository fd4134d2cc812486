import java.io.Serializable;

/** A class without a package. */
@SuppressWarnings("serial")
public class Unpackaged implements Serializable {
    private final String text = "no package";
}
