import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.time.Instant;
import sensors.Acknowledged;
import sensors.Reading;
import sensors.Sensors;
import sensors.SensorsClient;
import sensors.SensorsServer;

/** Both ends of the example sensors in Java: {@code server} prints its port; {@code client PORT COUNT} is a sensor. */
public final class SensorsEnds {
    private SensorsEnds() {}

    public static void main(String[] arguments) throws Exception {
        InetAddress here = InetAddress.getLoopbackAddress();
        if (arguments[0].equals("server")) {
            try (SensorsServer server = new SensorsServer(here, 0, (reading, client) -> acknowledged(reading))) {
                System.out.println(server.port());
                server.run();
            }
        } else {
            try (SensorsClient client = SensorsClient.connect(here, Integer.parseInt(arguments[1]), 500)) {
                for (int sequence = 1; sequence <= Integer.parseInt(arguments[2]); sequence++) {
                    measure(client, sequence);
                }
            }
            System.out.println("done");
        }
    }

    private static Sensors.FromServer acknowledged(Sensors.FromClient message) {
        Reading reading = (Reading) message;
        // What was received can be seen in the answer.
        long sum = reading.centidegrees() + reading.pascals() + reading.time().getEpochSecond() + reading.time().getNano()
                + reading.status().quality() + (reading.status().lowBattery() ? 1000 : 0);
        return new Acknowledged(reading.sensor(), sum);
    }

    private static void measure(SensorsClient client, int sequence) throws IOException {
        Reading.Status status = new Reading.Status(sequence % 2 == 0, true, sequence % 64);
        Reading reading = new Reading(7, sequence, Instant.ofEpochSecond(1_700_000_000L + sequence, 123_456_789),
                status, -1234 + sequence, 101_325);
        // A datagram may be lost, so each is sent until it is acknowledged.
        for (int i = 0; i < 20; i++) {
            client.send(reading);
            try {
                while (true) {
                    if (client.receive().equals(new Acknowledged(7, sequence))) {
                        return;
                    }
                }
            } catch (SocketTimeoutException lost) {
                continue;
            }
        }
        throw new IOException("nothing was acknowledged");
    }
}
