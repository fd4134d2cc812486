import java.io.IOException;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import store.Delete;
import store.Failed;
import store.Get;
import store.Put;
import store.Reason;
import store.Store;
import store.StoreClient;
import store.StoreServer;
import store.Stored;
import store.Value;
import store.WireException;

/** Both ends of the example store in Java: {@code server} prints its port; {@code client PORT} drives a server. */
public final class StoreEnds {
    private StoreEnds() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("server")) {
            Table table = new Table();
            try (StoreServer server = new StoreServer(InetAddress.getLoopbackAddress(), 0, table::answer)) {
                System.out.println(server.port());
                server.run();
            }
        } else {
            try (StoreClient client = StoreClient.connect("127.0.0.1", Integer.parseInt(arguments[1]), 30_000)) {
                drive(client);
            }
            System.out.println("done");
        }
    }

    private static final class Table {
        private record Row(long revision, byte[] data) {}

        private final Map<String, Row> rows = new HashMap<>();
        private long revision;

        synchronized Store.FromServer answer(Store.FromClient message) {
            if (message instanceof Put put) {
                Row row = rows.get(put.key());
                if (put.revision() != 0 && (row == null || row.revision() != put.revision())) {
                    return new Failed(put.request(), Reason.WRONG_REVISION, put.key());
                }
                rows.put(put.key(), new Row(++revision, put.data()));
                return new Stored(put.request(), revision);
            }
            if (message instanceof Get get) {
                Row row = rows.get(get.key());
                return row == null
                        ? new Failed(get.request(), Reason.NO_SUCH_KEY, get.key())
                        : new Value(get.request(), row.revision(), row.data());
            }
            Delete delete = (Delete) message;
            return rows.remove(delete.key()) == null
                    ? new Failed(delete.request(), Reason.NO_SUCH_KEY, delete.key())
                    : new Stored(delete.request(), 0);
        }
    }

    private static void drive(StoreClient client) throws IOException {
        byte[] data = new byte[100_000];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) (i * 31);
        }
        String key = "Schl\u00fcssel \0 \ud83d\ude00";
        check(client.request(new Get(1, key)), new Failed(1, Reason.NO_SUCH_KEY, key));
        check(client.request(new Put(-7, key, 0, data)), new Stored(-7, 1));
        check(client.request(new Get(3, key)), new Value(3, 1, data));
        Failed failed = (Failed) client.request(new Put(4, key, 99, new byte[0]));
        check(failed.reason(), Reason.WRONG_REVISION);
        // Several on the way at a time: an answer is found by its number.
        client.send(new Put(10, "other", 0, new byte[] {1}));
        client.send(new Get(11, "other"));
        check(client.request(new Delete(12, "other")), new Stored(12, 0));
        check(client.receive(), new Stored(10, 2));
        check(client.receive(), new Value(11, 2, new byte[] {1}));
        // What cannot be written is refused before anything of it is sent.
        try {
            client.send(new Put(13, "x".repeat(70_000), 0, data));
            throw new AssertionError("a key of 70,000 bytes was written");
        } catch (WireException refused) {
            check(refused.path(), "$.key");
        }
        try {
            client.send(new Put(14, "large", 0, new byte[Store.MAX_FRAME_BYTES]));
            throw new AssertionError("a frame beyond the bound was written");
        } catch (WireException refused) {
            check(refused.path(), "$.data");
        }
        check(client.request(new Delete(15, key)), new Stored(15, 0));
    }

    private static void check(Object found, Object expected) {
        if (!expected.equals(found)) {
            throw new AssertionError("found " + shortened(found) + ", expected " + shortened(expected));
        }
    }

    private static String shortened(Object value) {
        String text = String.valueOf(value);
        return text.substring(0, Math.min(text.length(), 300));
    }
}
