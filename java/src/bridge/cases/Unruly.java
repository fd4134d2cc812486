package bridge.cases;

import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;

/**
 * A class whose stream breaks the rules: it declares fields, and its writeObject never calls defaultWriteObject, so the
 * stream holds no data for them. Java reads it, as its readObject knows. No case of {@link Cases}, because nothing but
 * knowledge of the class can read it.
 */
@SuppressWarnings("serial")
public class Unruly implements Serializable {
    private static final long serialVersionUID = 6;

    private int number = 7;
    private String text = "text";
    private double real = 2.5;

    private void writeObject(ObjectOutputStream out) throws IOException {
        out.writeUTF(text);
        out.writeInt(number);
    }

    private void readObject(ObjectInputStream in) throws IOException {
        text = in.readUTF();
        number = in.readInt();
    }

    /** A class below it that keeps the rules. */
    public static class Ruly extends Unruly {
        private static final long serialVersionUID = 8;

        private long kept = 9;
    }

    /** {@code write}: objects to standard output. {@code check}: the same from standard input. */
    public static void main(String[] args) throws IOException, ClassNotFoundException {
        if (args[0].equals("write")) {
            try (ObjectOutputStream out = new ObjectOutputStream(System.out)) {
                out.writeObject(new Object[] {new Unruly(), new Ruly()});
            }
            return;
        }
        try (ObjectInputStream in = new ObjectInputStream(System.in)) {
            Object[] objects = (Object[]) in.readObject();
            Unruly first = (Unruly) objects[0];
            Ruly second = (Ruly) objects[1];
            // readObject sets no real number, and Java runs no initialiser.
            if (first.number != 7 || !first.text.equals("text") || first.real != 0 || second.kept != 9) {
                throw new InvalidObjectException("other values");
            }
        }
    }
}
