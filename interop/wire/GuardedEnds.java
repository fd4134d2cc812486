import guarded.Answer;
import guarded.Ask;
import guarded.Bye;
import guarded.Guarded;
import guarded.GuardedClient;
import guarded.GuardedServer;
import guarded.Hello;
import guarded.Welcome;
import guarded.WireException;
import java.net.InetAddress;

/**
 * Both ends of a protocol with a state table and a negotiation: {@code server} prints its port; {@code client PORT} drives
 * a server.
 */
public final class GuardedEnds {
    private GuardedEnds() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("server")) {
            try (GuardedServer server =
                    new GuardedServer(InetAddress.getLoopbackAddress(), 0, GuardedEnds::answer)) {
                System.out.println(server.port());
                server.run();
            }
        } else {
            try (GuardedClient client = GuardedClient.connect("127.0.0.1", Integer.parseInt(arguments[1]), 30_000)) {
                drive(client);
            }
            System.out.println("done");
        }
    }

    private static Guarded.FromServer answer(Guarded.FromClient message) {
        if (message instanceof Hello hello) {
            return new Welcome("Hello " + hello.name());
        }
        return message instanceof Ask ask ? new Answer(ask.number() + 1) : null;
    }

    private static void drive(GuardedClient client) throws Exception {
        refused(client, new Ask(1));
        expect(client.request(new Hello("Java")), new Welcome("Hello Java"));
        refused(client, new Hello("again"));
        expect(client.request(new Ask(1)), new Answer(2));
        client.send(new Ask(5));
        refused(client, new Ask(6));
        expect(client.receive(), new Answer(6));
        client.send(new Bye());
        refused(client, new Ask(7));
    }

    private static void refused(GuardedClient client, Guarded.FromClient message) throws Exception {
        try {
            client.send(message);
        } catch (WireException refused) {
            return;
        }
        throw new AssertionError(message + " was sent");
    }

    private static void expect(Object found, Object expected) {
        if (!expected.equals(found)) {
            throw new AssertionError("found " + found + ", expected " + expected);
        }
    }
}
