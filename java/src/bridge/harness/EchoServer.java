package bridge.harness;

import java.io.IOException;

/** Sends back every object it receives. */
public final class EchoServer {
    private EchoServer() {
    }

    /** Serves at the port given, or at a free one; prints the port. */
    public static void main(String[] args) throws IOException, InterruptedException {
        ObjectServer.run(args, received -> received);
    }
}
