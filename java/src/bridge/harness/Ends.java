package bridge.harness;

import bridge.Channel;
import bridge.Conversation;
import bridge.Datagrams;
import bridge.Listener;
import bridge.SharedSecret;
import bridge.Tls;

import java.io.IOException;
import java.net.NetworkInterface;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;

/**
 * Opens the ends of conversations by their address, a URL as Python writes it: {@code tcp://HOST:PORT},
 * {@code tls://HOST:PORT}, {@code unix:///PATH}, {@code udp://HOST:PORT}.
 *
 * <p>Beside it there are options, each a word {@code NAME=VALUE}: {@code keystore}, {@code truststore}, {@code password}
 * and {@code clients=known} for TLS, {@code interface} for multicast groups, {@code secret}, in hexadecimal, for all but
 * datagrams.
 */
final class Ends {
    private static final int TIMEOUT_MILLISECONDS = 20_000;

    private final String scheme;
    private final URI address;
    private final Map<String, String> options = new LinkedHashMap<>();

    private Ends(String text, List<String> words) {
        address = URI.create(text);
        scheme = address.getScheme() == null ? "" : address.getScheme();
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException("an option is written NAME=VALUE, not " + word);
            }
            options.put(word.substring(0, equals), word.substring(equals + 1));
        }
    }

    /** Connects. */
    static Conversation connect(String text, List<String> words) throws IOException, GeneralSecurityException {
        Ends ends = new Ends(text, words);
        String host = ends.host();
        return switch (ends.scheme) {
            case "tcp" -> Channel.connect(host, ends.port(), ends.secret());
            case "tls" -> Channel.connect(host, ends.port(), ends.context(), ends.secret());
            case "unix" -> Channel.connect(ends.path(), ends.secret());
            case "udp" -> Datagrams.connect(host, ends.port(), ends.through(), TIMEOUT_MILLISECONDS);
            default -> throw ends.unknown();
        };
    }

    /** Starts a server; answers with its address as a URL. */
    static String serve(String text, List<String> words, ObjectServer.Handler handler)
            throws IOException, GeneralSecurityException {
        Ends ends = new Ends(text, words);
        String host = ends.host();
        int port;
        switch (ends.scheme) {
            case "tcp":
                port = ObjectServer.start(Listener.listen(host, ends.port(), ends.secret()), handler).port();
                break;
            case "tls":
                boolean known = "known".equals(ends.options.get("clients"));
                port = ObjectServer.start(
                        Listener.listen(host, ends.port(), ends.context(), known, ends.secret()), handler).port();
                break;
            case "unix":
                ObjectServer.start(Listener.listen(ends.path(), ends.secret()), handler);
                return text;
            case "udp":
                Datagrams datagrams = Datagrams.listen(host, ends.port(), ends.through());
                DeepStack.start("datagrams at " + text, () -> answer(datagrams, handler));
                port = datagrams.port();
                break;
            default:
                throw ends.unknown();
        }
        return ends.scheme + "://" + ends.address.getHost() + ":" + port;
    }

    private static void answer(Datagrams datagrams, ObjectServer.Handler handler) {
        while (!datagrams.isClosed()) {
            try {
                datagrams.send(handler.answer(datagrams.receive()));
            } catch (Exception | StackOverflowError | OutOfMemoryError e) {
                System.err.println("a datagram could not be answered:");
                e.printStackTrace();
            }
        }
    }

    private String host() {
        String host = address.getHost();
        return host != null && host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private int port() {
        if (address.getPort() < 0) {
            throw new IllegalArgumentException("the address " + address + " needs a port");
        }
        return address.getPort();
    }

    private Path path() {
        if (address.getAuthority() != null) {
            throw new IllegalArgumentException("the JDK has no Unix domain sockets with abstract names: " + address);
        }
        return Path.of(address.getPath());
    }

    private SharedSecret secret() {
        String digits = options.get("secret");
        return digits == null ? null : new SharedSecret(HexFormat.of().parseHex(digits));
    }

    private NetworkInterface through() throws IOException {
        String name = options.get("interface");
        return name == null ? null : NetworkInterface.getByName(name);
    }

    private SSLContext context() throws IOException, GeneralSecurityException {
        return Tls.context(file("keystore"), file("truststore"), options.getOrDefault("password", "").toCharArray());
    }

    private Path file(String option) {
        return options.containsKey(option) ? Path.of(options.get(option)) : null;
    }

    private IllegalArgumentException unknown() {
        return new IllegalArgumentException("the JDK has no transport of the kind " + scheme
                + ": here are tcp, tls, udp, unix");
    }
}
