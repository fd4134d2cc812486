package bridge.harness;


import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Writes cases as files: for each the stream as {@code NAME.ser} and beside it {@code NAME.json}, the
 * {@link Describe} text of what Java reads from it (for a stream case: of the list of all it reads). The same in
 * every run.
 */
public final class CorpusWriter {
    private CorpusWriter() {
    }

    /** {@code CorpusWriter FOLDER [NAME | GROUP/]...}: without names all cases and stream cases. */
    public static void main(String[] args) throws Exception {
        Node.requireAccess();
        Path folder = Path.of(args[0]);
        List<String> selectors = Arrays.asList(args).subList(1, args.length);
        int written = DeepStack.call(() -> write(folder, selectors));
        System.out.println(written + " cases written to " + folder);
    }

    private static int write(Path folder, List<String> selectors) throws IOException, ClassNotFoundException {
        int written = 0;
        for (String name : Exchange.names(selectors)) {
            byte[] stream = Exchange.write(name);
            Path file = folder.resolve(name + ".ser");
            Files.createDirectories(file.getParent());
            Files.write(file, stream);
            Files.writeString(folder.resolve(name + ".json"), Exchange.describe(name), StandardCharsets.US_ASCII);
            written++;
        }
        return written;
    }
}
