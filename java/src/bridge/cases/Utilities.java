package bridge.cases;

import java.io.File;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URL;
import java.rmi.MarshalledObject;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.text.SimpleDateFormat;
import java.util.BitSet;
import java.util.Currency;
import java.util.GregorianCalendar;
import java.util.Locale;
import java.util.Random;
import java.util.SimpleTimeZone;
import java.util.TimeZone;
import java.util.UUID;
import java.util.regex.Pattern;

/** Values of java.util, java.net, java.io, java.text and java.rmi, with their edges. */
public final class Utilities {
    private Utilities() {
    }

    @SuppressWarnings("deprecation") // the constructor URL(String) is, from 20 on
    private static URL url(String text) throws Exception {
        return new URL(text);
    }

    static void addTo(Cases cases) {
        cases.add("math/big-decimal-max-scale", () -> new BigDecimal(BigInteger.ONE, Integer.MAX_VALUE));
        cases.add("math/big-decimal-min-scale", () -> new BigDecimal(BigInteger.TEN, Integer.MIN_VALUE));
        cases.add("math/big-decimal-huge", () -> new BigDecimal(BigInteger.TWO.pow(100_000), 5));
        cases.add("math/big-decimal-zero-with-negative-scale", () -> new BigDecimal(BigInteger.ZERO, -3));

        cases.add("value/uuid-zero", () -> new UUID(0, 0));
        cases.add("value/uuids", () -> {
            UUID shared = new UUID(1, 2);
            return Lists.arrayList(shared, new UUID(1, 2), shared, new UUID(-1, 2));
        });
        cases.add("value/string-builder-supplementary", () -> new StringBuilder("a\ud83d\ude00b\ud83d"));
        cases.add("value/string-builder-spare-capacity", () -> new StringBuilder(100).append("few"));
        cases.add("value/string-builder-empty", () -> new StringBuilder());
        cases.add("value/string-buffer-empty", () -> new StringBuffer());
        cases.add("value/string-builders-shared", () -> {
            StringBuilder builder = new StringBuilder("x");
            return Lists.arrayList(builder, builder, new StringBuilder("x"), new StringBuffer("x"));
        });
        cases.add("value/locales", () -> Lists.arrayList(Locale.ROOT, Locale.US, Locale.GERMAN,
                Locale.forLanguageTag("zh-Hant-TW"), Locale.forLanguageTag("de-DE-1996-u-co-phonebk"),
                Locale.forLanguageTag("ja-JP-u-ca-japanese")));
        cases.add("value/locale-script", () -> Locale.forLanguageTag("sr-Latn-RS"));
        cases.add("value/locale-root", () -> Locale.ROOT);
        cases.add("value/currencies", () -> Lists.arrayList(
                Currency.getInstance("EUR"), Currency.getInstance("JPY"), Currency.getInstance("EUR")));
        cases.add("value/pattern-plain", () -> Pattern.compile("[a-z]+"));
        cases.add("value/random-with-gaussian", () -> {
            Random random = new Random(1);
            random.nextGaussian();
            return random;
        });
        cases.add("value/bit-set-empty", BitSet::new);
        cases.add("value/bit-set-sparse", () -> {
            BitSet bits = new BitSet();
            bits.set(0);
            bits.set(1000);
            return bits;
        });
        cases.add("value/bit-set-dense", () -> {
            BitSet bits = new BitSet();
            bits.set(3, 5000);
            return bits;
        });
        cases.add("value/time-zone", () -> TimeZone.getTimeZone("Europe/Berlin"));
        cases.add("value/time-zone-utc", () -> TimeZone.getTimeZone("UTC"));
        cases.add("value/time-zone-offset", () -> TimeZone.getTimeZone("GMT+05:30"));
        cases.add("value/simple-time-zone", () -> new SimpleTimeZone(3_600_000, "CET"));
        cases.add("value/calendar-berlin", () -> {
            GregorianCalendar calendar = new GregorianCalendar(TimeZone.getTimeZone("Europe/Berlin"), Locale.GERMANY);
            calendar.setTimeInMillis(1_700_000_000_123L);
            return calendar;
        });
        cases.add("value/calendar-shared", () -> {
            GregorianCalendar calendar = new GregorianCalendar(new SimpleTimeZone(3_600_000, "X"), Locale.ROOT);
            calendar.setTimeInMillis(0);
            return Lists.arrayList(calendar, calendar, calendar.getTimeZone());
        });
        cases.add("value/calendar-year-minus-5", () -> {
            GregorianCalendar calendar = new GregorianCalendar(TimeZone.getTimeZone("UTC"), Locale.ROOT);
            calendar.setTimeInMillis(-70_000_000_000_000L);
            return calendar;
        });

        cases.add("net/uri", () -> URI.create("https://user@example.com:8080/a%20b?c=d#e"));
        cases.add("net/uri-opaque", () -> URI.create("mailto:someone@example.com"));
        cases.add("net/url", () -> url("https://user@example.com:8080/a?b=c#d"));
        cases.add("net/url-plain", () -> url("http://example.com"));
        cases.add("net/url-file", () -> url("file:/tmp/x"));
        cases.add("net/url-v6", () -> url("http://[::1]:80/x"));
        cases.add("net/inet4-address", () -> InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
        cases.add("net/inet4-address-high", () -> InetAddress.getByAddress(new byte[] {-1, -2, -3, -4}));
        cases.add("net/inet4-address-host", () ->
                InetAddress.getByAddress("host.example", new byte[] {10, 0, 0, 1}));
        cases.add("net/inet6-address", () ->
                InetAddress.getByAddress(new byte[] {0x20, 1, 0xd, (byte) 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}));
        cases.add("net/inet6-address-scope", () -> java.net.Inet6Address.getByAddress("link.example",
                new byte[] {-2, (byte) 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 3));
        cases.add("net/inet-socket-address", () ->
                new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 8080));
        cases.add("net/inet-socket-address-unresolved", () ->
                InetSocketAddress.createUnresolved("host.example", 80));
        cases.add("net/inet-socket-address-host", () ->
                new InetSocketAddress(InetAddress.getByAddress("host.example", new byte[] {10, 0, 0, 1}), 443));
        cases.add("net/shared", () -> {
            InetAddress address = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
            URI uri = URI.create("a:b");
            return Lists.arrayList(uri, uri, URI.create("a:b"), address, address);
        });

        cases.add("value/file-relative", () -> new File("a/./b/../c"));
        cases.add("value/file-empty", () -> new File(""));
        cases.add("value/file-root", () -> new File("/"));
        cases.add("value/file-dot", () -> new File("."));

        cases.add("value/marshalled-object", () -> new MarshalledObject<>(Lists.arrayList("inside", 1)));
        cases.add("value/marshalled-null", () -> new MarshalledObject<>(null));
        cases.add("text/decimal-format", () ->
                new DecimalFormat("#,##0.00", DecimalFormatSymbols.getInstance(Locale.ROOT)));
        cases.add("text/date-format", () -> {
            SimpleDateFormat format = new SimpleDateFormat("yyyy-MM-dd", Locale.ROOT);
            format.setTimeZone(TimeZone.getTimeZone("UTC"));
            format.set2DigitYearStart(new java.util.Date(0));
            return format;
        });
    }
}
