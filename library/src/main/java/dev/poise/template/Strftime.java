package dev.poise.template;

import java.time.LocalDateTime;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.util.Locale;

/// A date as a format of C's `strftime` asks for it, in English, as Python's `datetime` writes it without a time
/// zone.
final class Strftime {

    private Strftime() {}

    static String format(String format, LocalDateTime time) {
        StringBuilder text = new StringBuilder();
        int at = 0;
        while (at < format.length()) {
            char letter = format.charAt(at++);
            if (letter != '%' || at == format.length()) {
                text.append(letter);
                continue;
            }
            char flag = "-_0^#".indexOf(format.charAt(at)) >= 0 && at + 1 < format.length() ? format.charAt(at++) : 0;
            text.append(flagged(field(format.charAt(at++), time), flag));
        }
        return text.toString();
    }

    /// A field as a flag changes it: `-` takes zeros away, `_` makes them spaces, `^` writes large.
    private static String flagged(String field, char flag) {
        int zeros = 0;
        while (zeros < field.length() - 1 && "0 ".indexOf(field.charAt(zeros)) >= 0) {
            zeros++;
        }
        return switch (flag) {
            case '-' -> field.substring(zeros);
            case '_' -> " ".repeat(zeros) + field.substring(zeros);
            case '0' -> "0".repeat(zeros) + field.substring(zeros);
            case '^', '#' -> field.toUpperCase(Locale.ROOT);
            default -> field;
        };
    }

    private static String field(char letter, LocalDateTime time) {
        int hour = time.getHour() % 12 == 0 ? 12 : time.getHour() % 12;
        int weekday = time.getDayOfWeek().getValue();
        int dayOfYear = time.getDayOfYear();
        return switch (letter) {
            case 'a' -> time.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
            case 'A' -> time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case 'b', 'h' ->
                time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH).substring(0, 3);
            case 'B' -> time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case 'c' -> format("%a %b %e %H:%M:%S %Y", time);
            case 'C' -> two(time.getYear() / 100);
            case 'd' -> two(time.getDayOfMonth());
            case 'D', 'x' -> format("%m/%d/%y", time);
            case 'e' -> "%2d".formatted(time.getDayOfMonth());
            case 'f' -> "%06d".formatted(time.get(ChronoField.MICRO_OF_SECOND));
            case 'F' -> format("%Y-%m-%d", time);
            case 'G' -> String.valueOf(time.get(IsoFields.WEEK_BASED_YEAR));
            case 'H' -> two(time.getHour());
            case 'I' -> two(hour);
            case 'j' -> "%03d".formatted(dayOfYear);
            case 'k' -> "%2d".formatted(time.getHour());
            case 'l' -> "%2d".formatted(hour);
            case 'm' -> two(time.getMonthValue());
            case 'M' -> two(time.getMinute());
            case 'n' -> "\n";
            case 'p' -> time.getHour() < 12 ? "AM" : "PM";
            case 'P' -> time.getHour() < 12 ? "am" : "pm";
            case 'r' -> format("%I:%M:%S %p", time);
            case 'R' -> format("%H:%M", time);
            case 'S' -> two(time.getSecond());
            case 't' -> "\t";
            case 'T', 'X' -> format("%H:%M:%S", time);
            case 'u' -> String.valueOf(weekday);
            case 'U' -> two((dayOfYear + 6 - weekday % 7) / 7);
            case 'V' -> two(time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
            case 'w' -> String.valueOf(weekday % 7);
            case 'W' -> two((dayOfYear + 6 - (weekday + 6) % 7) / 7);
            case 'y' -> two(time.getYear() % 100);
            case 'Y' -> String.valueOf(time.getYear());
            case 'z', 'Z' -> "";
            case '%' -> "%";
            default -> "%" + letter;
        };
    }

    private static String two(int number) {
        return "%02d".formatted(number);
    }
}
