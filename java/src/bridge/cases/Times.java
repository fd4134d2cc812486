package bridge.cases;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Month;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.chrono.HijrahDate;
import java.time.chrono.IsoChronology;
import java.time.chrono.JapaneseDate;
import java.time.chrono.JapaneseEra;
import java.time.chrono.MinguoChronology;
import java.time.chrono.MinguoDate;
import java.time.chrono.ThaiBuddhistDate;
import java.time.temporal.ChronoUnit;
import java.time.temporal.WeekFields;
import java.util.Date;

/** The values of java.time and java.sql that have a counterpart in Python, or nearly have one. */
public final class Times {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private Times() {
    }

    static void addTo(Cases cases) {
        cases.add("time/local-date-first", () -> LocalDate.of(1, 1, 1));
        cases.add("time/local-date-last", () -> LocalDate.of(9999, 12, 31));
        cases.add("time/local-time-midnight", () -> LocalTime.MIDNIGHT);
        cases.add("time/local-time-minute", () -> LocalTime.of(23, 59));
        cases.add("time/local-time-second", () -> LocalTime.of(0, 0, 1));
        cases.add("time/local-time-microsecond", () -> LocalTime.of(1, 2, 3, 4_000));
        cases.add("time/local-date-time-whole", () -> LocalDateTime.of(2024, 5, 17, 1, 2, 3));
        cases.add("time/local-date-time-midnight", () -> LocalDateTime.of(2024, 5, 17, 0, 0));
        cases.add("time/local-date-time-microsecond", () -> LocalDateTime.of(2024, 5, 17, 1, 2, 3, 999_999_000));
        cases.add("time/local-date-time-year-10000", () -> LocalDateTime.of(10_000, 1, 1, 0, 0));
        cases.add("time/offset-time", () -> OffsetTime.of(10, 15, 30, 0, ZoneOffset.ofHours(2)));
        cases.add("time/offset-time-nanosecond", () -> OffsetTime.of(10, 15, 30, 1, ZoneOffset.ofHours(-2)));
        cases.add("time/offset-date-time-utc", () -> OffsetDateTime.of(2024, 1, 1, 10, 0, 0, 1_000, ZoneOffset.UTC));
        cases.add("time/offset-date-time-seconds", () ->
                OffsetDateTime.of(1900, 1, 1, 0, 0, 0, 0, ZoneOffset.ofTotalSeconds(3208)));
        cases.add("time/offset-date-time-nanosecond", () ->
                OffsetDateTime.of(2024, 1, 1, 10, 0, 0, 999_999_999, ZoneOffset.ofHours(-18)));
        cases.add("time/zoned-date-time-overlap-first", () ->
                ZonedDateTime.of(2024, 10, 27, 2, 30, 0, 0, BERLIN).withEarlierOffsetAtOverlap());
        cases.add("time/zoned-date-time-overlap-second", () ->
                ZonedDateTime.of(2024, 10, 27, 2, 30, 0, 0, BERLIN).withLaterOffsetAtOverlap());
        cases.add("time/zoned-date-time-gap", () -> ZonedDateTime.of(2024, 3, 31, 2, 30, 0, 0, BERLIN));
        cases.add("time/zoned-date-time-nanosecond", () -> ZonedDateTime.of(2024, 7, 1, 12, 0, 0, 7, BERLIN));
        cases.add("time/zoned-date-time-utc", () -> ZonedDateTime.of(2024, 7, 1, 12, 0, 0, 0, ZoneId.of("UTC")));
        cases.add("time/zoned-date-time-offset", () -> ZonedDateTime.of(2024, 7, 1, 12, 0, 0, 0, ZoneOffset.UTC));
        cases.add("time/zoned-date-time-gmt", () -> ZonedDateTime.of(2024, 7, 1, 12, 0, 0, 0, ZoneId.of("GMT+02:00")));
        cases.add("time/zoned-date-time-unknown-zone", () ->
                ZonedDateTime.of(2024, 7, 1, 12, 0, 0, 5, ZoneId.of("SystemV/PST8PDT")));
        cases.add("time/zoned-date-time-early", () -> ZonedDateTime.of(1800, 7, 1, 12, 0, 0, 0, BERLIN));
        cases.add("time/zone-id-gmt", () -> ZoneId.of("UTC+01:00"));
        cases.add("time/zone-offset-utc", () -> Lists.arrayList(ZoneOffset.UTC, ZoneOffset.UTC));
        cases.add("time/zone-offsets", () ->
                Lists.arrayList(ZoneOffset.MIN, ZoneOffset.MAX, ZoneOffset.ofHoursMinutes(-3, -30)));
        cases.add("time/zone-ids", () -> Lists.arrayList(BERLIN, BERLIN, ZoneId.of("Europe/Berlin")));
        cases.add("time/instant-epoch", () -> Instant.EPOCH);
        cases.add("time/instant-millisecond", () -> Instant.ofEpochMilli(1_700_000_000_123L));
        cases.add("time/instant-before-epoch", () -> Instant.ofEpochSecond(-1, 999_999_999));
        cases.add("time/instant-max", () -> Instant.MAX);
        cases.add("time/duration-zero", () -> Duration.ZERO);
        cases.add("time/duration-days", () -> Duration.ofDays(-3).plusMillis(5));
        cases.add("time/duration-hours", () -> Duration.ofHours(100));
        cases.add("time/duration-nanosecond", () -> Duration.ofNanos(1));
        cases.add("time/duration-max", () -> Duration.ofSeconds(Long.MAX_VALUE, 999_999_999));
        cases.add("time/period-zero", () -> Period.ZERO);
        cases.add("time/years", () -> Lists.arrayList(Year.of(-5), Year.of(0), Year.of(Year.MAX_VALUE)));
        cases.add("time/year", () -> Year.of(2024));
        cases.add("time/year-month", () -> YearMonth.of(2024, 2));
        cases.add("time/month-day", () -> MonthDay.of(2, 29));
        cases.add("time/day-of-week", () -> DayOfWeek.SUNDAY);
        cases.add("time/enums", () -> Lists.arrayList(DayOfWeek.MONDAY, Month.DECEMBER, ChronoUnit.DAYS));
        cases.add("time/chrono-dates", () -> Lists.arrayList(
                JapaneseDate.of(2024, 5, 17), MinguoDate.of(113, 5, 17), ThaiBuddhistDate.of(2567, 5, 17)));
        cases.add("time/japanese-date", () -> JapaneseDate.of(2024, 5, 17));
        cases.add("time/minguo-date", () -> MinguoDate.of(113, 5, 17));
        cases.add("time/thai-buddhist-date", () -> ThaiBuddhistDate.of(2567, 5, 17));
        cases.add("time/hijrah-date", () -> HijrahDate.of(1445, 9, 1));
        cases.add("time/chronologies", () -> Lists.arrayList(
                IsoChronology.INSTANCE, MinguoChronology.INSTANCE, JapaneseEra.REIWA, JapaneseEra.MEIJI));
        cases.add("time/chrono-period", () -> MinguoChronology.INSTANCE.period(1, -2, 3));
        cases.add("time/chrono-date-times", () -> Lists.arrayList(
                MinguoDate.of(113, 5, 17).atTime(LocalTime.NOON),
                MinguoDate.of(113, 5, 17).atTime(LocalTime.NOON).atZone(BERLIN)));
        cases.add("time/week-fields", () -> WeekFields.ISO);
        cases.add("time/zone-rules", () -> BERLIN.getRules());

        cases.add("sql/timestamp", () -> {
            java.sql.Timestamp timestamp = new java.sql.Timestamp(1_700_000_000_000L);
            timestamp.setNanos(123_456_789);
            return timestamp;
        });
        cases.add("sql/timestamp-whole", () -> new java.sql.Timestamp(1_700_000_000_000L));
        cases.add("sql/timestamp-before-epoch", () -> new java.sql.Timestamp(-1));
        cases.add("sql/date", () -> new java.sql.Date(1_700_000_000_000L));
        cases.add("sql/time", () -> new java.sql.Time(45_296_000L));
        cases.add("sql/out-of-range", () -> Lists.arrayList(new Date(Long.MIN_VALUE), new java.sql.Date(Long.MAX_VALUE),
                new java.sql.Timestamp(Long.MAX_VALUE)));
        cases.add("sql/shared", () -> {
            Date date = new Date(0);
            return Lists.arrayList(date, new Date(0), date);
        });
    }
}
