package org.climaterescue.agent;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Sizes as people write them, in decimal units: {@code 100GB}, {@code 1.5TB}, {@code 250000000} (bytes). */
final class ByteSize implements ITypeConverter<Long> {

    private static final Pattern SIZE = Pattern.compile("(\\d{1,18}(?:\\.\\d{1,9})?)\\s*([KMGTP]?)B?");
    private static final Map<String, Long> UNITS = Map.of(
            "",
            1L,
            "K",
            1_000L,
            "M",
            1_000_000L,
            "G",
            1_000_000_000L,
            "T",
            1_000_000_000_000L,
            "P",
            1_000_000_000_000_000L);
    private static final BigDecimal LEAST = new BigDecimal(1_000_000L);
    private static final BigDecimal MOST = new BigDecimal(1_000_000_000_000_000_000L);

    @Override
    public Long convert(String text) {
        Matcher size = SIZE.matcher(text.strip().toUpperCase(Locale.ROOT));
        if (!size.matches()) {
            throw new TypeConversionException("'" + text + "' is no size; write it like 100GB or 1.5TB");
        }
        BigDecimal bytes =
                new BigDecimal(size.group(1)).multiply(BigDecimal.valueOf(UNITS.getOrDefault(size.group(2), 1L)));
        if (bytes.compareTo(MOST) > 0) {
            throw new TypeConversionException("'" + text + "' is more than the largest size, 1000PB");
        }
        if (bytes.compareTo(LEAST) < 0) {
            throw new TypeConversionException(
                    "'" + text + "' is less than 1 MB, too little for any file; write it like 100GB or 1.5TB");
        }
        return bytes.longValue();
    }

    /** A size for people to read. */
    static String readable(long bytes) {
        String[] units = {"B", "kB", "MB", "GB", "TB", "PB"};
        double value = bytes;
        int unit = 0;
        while (value >= 999.95 && unit < units.length - 1) {
            value /= 1000;
            unit++;
        }
        return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
    }
}
