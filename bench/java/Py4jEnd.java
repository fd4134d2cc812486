import java.net.InetAddress;
import py4j.GatewayServer;

/** The py4j end of the wire benchmark: one method call carries the fields of the bean there and back. */
public final class Py4jEnd {
    public Object[] echo(int id, double value, String text) {
        return new Object[] {id, value, text};
    }

    public static void main(String[] args) throws Exception {
        GatewayServer server = new GatewayServer.GatewayServerBuilder(new Py4jEnd())
                .javaPort(0).javaAddress(InetAddress.getLoopbackAddress()).build();
        server.start();
        System.out.println(server.getListeningPort());
        while (System.in.read() >= 0) {
            continue;
        }
        System.exit(0);
    }
}
