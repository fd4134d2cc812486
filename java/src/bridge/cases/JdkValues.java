package bridge.cases;

import java.io.File;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Month;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.AbstractMap;
import java.util.BitSet;
import java.util.Currency;
import java.util.Date;
import java.util.GregorianCalendar;
import java.util.Locale;
import java.util.Random;
import java.util.TimeZone;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;

/** Values of JDK classes other than collections. */
public final class JdkValues {
    private JdkValues() {
    }

    static void addTo(Cases cases) {
        cases.add("math/big-integer-zero", () -> BigInteger.ZERO);
        cases.add("math/big-integer-minus-one", () -> BigInteger.ONE.negate());
        cases.add("math/big-integer-small", () -> BigInteger.valueOf(1234));
        cases.add("math/big-integer-long-max", () -> BigInteger.valueOf(Long.MAX_VALUE));
        cases.add("math/big-integer-above-long", () -> BigInteger.TWO.pow(63));
        cases.add("math/big-integer-below-long", () -> BigInteger.TWO.pow(63).negate().subtract(BigInteger.ONE));
        cases.add("math/big-integer-2-to-64", () -> BigInteger.TWO.pow(64));
        cases.add("math/big-integer-large", () -> BigInteger.TEN.pow(1000).subtract(BigInteger.ONE));
        cases.add("math/big-integer-large-negative", () -> BigInteger.TEN.pow(1000).negate());
        cases.add("math/big-decimal-zero", () -> BigDecimal.ZERO);
        cases.add("math/big-decimal-scale", () -> new BigDecimal("1.50"));
        cases.add("math/big-decimal-zero-with-scale", () -> new BigDecimal("0.000"));
        cases.add("math/big-decimal-negative-scale", () -> new BigDecimal("1E+10"));
        cases.add("math/big-decimal-negative", () -> new BigDecimal("-123456789.987654321"));
        cases.add("math/big-decimal-large", () -> new BigDecimal(BigInteger.TEN.pow(200).add(BigInteger.ONE), 100));
        cases.add("math/math-context", () -> MathContext.DECIMAL64);

        cases.add("time/date-epoch", () -> new Date(0));
        cases.add("time/date", () -> new Date(1_700_000_000_123L));
        cases.add("time/date-before-epoch", () -> new Date(-62_135_769_600_001L));
        cases.add("time/local-date", () -> LocalDate.of(2024, 2, 29));
        cases.add("time/local-date-year-minus-5", () -> LocalDate.of(-5, 1, 1));
        cases.add("time/local-date-max", () -> LocalDate.MAX);
        cases.add("time/local-time", () -> LocalTime.of(12, 34, 56, 789_000_000));
        cases.add("time/local-time-nanosecond", () -> LocalTime.of(23, 59, 59, 999_999_999));
        cases.add("time/local-time-hour", () -> LocalTime.of(7, 0));
        cases.add("time/local-date-time", () -> LocalDateTime.of(2024, 5, 17, 1, 2, 3, 4));
        cases.add("time/instant", () -> Instant.ofEpochSecond(1_700_000_000L, 1));
        cases.add("time/duration", () -> Duration.ofSeconds(-1, 500));
        cases.add("time/period", () -> Period.of(1, -2, 3));
        cases.add("time/offset-date-time", () ->
                OffsetDateTime.of(2024, 1, 1, 0, 0, 0, 0, ZoneOffset.ofHoursMinutes(5, 30)));
        cases.add("time/zoned-date-time", () -> ZonedDateTime.of(2024, 7, 1, 12, 0, 0, 0, ZoneId.of("Europe/Berlin")));
        cases.add("time/zone-id", () -> ZoneId.of("America/New_York"));
        cases.add("time/zone-offset", () -> ZoneOffset.ofTotalSeconds(-12_345));
        cases.add("time/year-and-month", () -> Lists.arrayList(Year.of(2024), YearMonth.of(2024, 2), Month.MAY));
        cases.add("time/shared", () -> {
            LocalDate date = LocalDate.of(2000, 1, 1);
            return Lists.arrayList(date, LocalDate.of(2000, 1, 1), date);
        });
        cases.add("time/calendar", () -> {
            GregorianCalendar calendar = new GregorianCalendar(TimeZone.getTimeZone("UTC"), Locale.ROOT);
            calendar.setTimeInMillis(1_700_000_000_000L);
            return calendar;
        });

        cases.add("value/uuid", () -> UUID.fromString("123e4567-e89b-12d3-a456-426614174000"));
        cases.add("value/uuid-all-ones", () -> new UUID(-1, -1));
        cases.add("value/string-builder", () -> new StringBuilder("built"));
        cases.add("value/string-buffer", () -> new StringBuffer("buffered"));
        cases.add("value/uri", () -> URI.create("https://example.com/a?b=c#d"));
        cases.add("value/file", () -> new File("/tmp/some file"));
        cases.add("value/locale", () -> Locale.GERMANY);
        cases.add("value/currency", () -> Currency.getInstance("EUR"));
        cases.add("value/pattern", () -> Pattern.compile("a+b", Pattern.CASE_INSENSITIVE));
        cases.add("value/inet-address", () -> InetAddress.getByAddress("host.example", new byte[] {10, 0, 0, 1}));
        cases.add("value/bit-set", () -> BitSet.valueOf(new long[] {5, 1L << 63}));
        cases.add("value/random", () -> new Random(42));
        cases.add("value/atomic-integer", () -> new AtomicInteger(5));
        cases.add("value/atomic-long", () -> new AtomicLong(5));
        cases.add("value/atomic-boolean", () -> new AtomicBoolean(true));
        cases.add("value/atomic-reference", () -> new AtomicReference<>(Lists.arrayList(1)));
        cases.add("value/map-entry", () -> new AbstractMap.SimpleEntry<>("key", Lists.arrayList("value")));
        cases.add("value/immutable-map-entry", () -> new AbstractMap.SimpleImmutableEntry<>("key", null));
    }
}
