package org.climaterescue.protocol;

import com.ibm.icu.text.IDNA;
import java.net.Inet6Address;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.netpreserve.urlcanon.Canonicalizer;

/**
 * Checks the host of a URL, for {@link Canonicalizer#WHATWG} passes on what the standard refuses: names with U+0020, {@code /}
 * or U+FFFD in them, numbers that are no address, half an IPv6 address. What this lets through, the library writes as the
 * standard does.
 *
 * <p>Narrower than the standard in one thing: a name consists of letters, digits, hyphens and underscores, for no other has an
 * address.
 */
final class HostName {

    private static final IDNA UTS46 =
            IDNA.getUTS46Instance(IDNA.NONTRANSITIONAL_TO_ASCII | IDNA.CHECK_BIDI | IDNA.CHECK_CONTEXTJ);

    /** The standard asks for neither VerifyDnsLength nor CheckHyphens. */
    private static final Set<IDNA.Error> NOT_ASKED_FOR = EnumSet.of(
            IDNA.Error.EMPTY_LABEL,
            IDNA.Error.LABEL_TOO_LONG,
            IDNA.Error.DOMAIN_NAME_TOO_LONG,
            IDNA.Error.LEADING_HYPHEN,
            IDNA.Error.TRAILING_HYPHEN,
            IDNA.Error.HYPHEN_3_4);

    private static final Pattern IPV6 = Pattern.compile("\\[([0-9A-Fa-f:.]+)]");

    /** What Java takes in an IPv6 address and the standard does not: 00001 and 1.2.3.04. */
    private static final Pattern NOT_IN_IPV6 = Pattern.compile("[0-9A-Fa-f]{5}|\\b0[0-9]+\\.|\\.0[0-9]");

    private static final Pattern NAME = Pattern.compile("[a-z0-9_-]{1,63}(?:\\.[a-z0-9_-]{1,63})*");
    private static final int LONGEST_NAME = 253;

    /** Nearly every host of a catalog: IDNA leaves it as it is, which it takes a while to find out. */
    private static final Pattern PLAIN = Pattern.compile("(?!xn--)[a-z0-9]++(?:[.-](?!xn--)[a-z0-9]++)*+");

    /** More than any name of that length takes, percent-encoded; ICU refuses to read more than 5000. */
    private static final int LONGEST_WRITTEN = 4000;

    /** A host whose last label is such a number is an IPv4 address or nothing. */
    private static final Pattern ENDS_IN_NUMBER = Pattern.compile("(?:.*\\.)?(?:[0-9]+|0x[0-9a-f]*)");

    /** The library counts modulo 2^64, so it must not see more digits than an address has, which is 11 in octal. */
    private static final Pattern NUMBERS =
            Pattern.compile("(?:0x)?0*[0-9a-f]{0,11}(?:\\.(?:0x)?0*[0-9a-f]{0,11}){0,3}");

    private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private static final Pattern IPV4 = Pattern.compile(OCTET + "(?:\\." + OCTET + "){3}");

    private HostName() {}

    /**
     * The host in ASCII and lower case, without a trailing dot; numbers and IPv6 addresses are still as they were written.
     *
     * @param written without tabs and line breaks
     */
    static String read(String written) throws UnusableUrl {
        if (written.isEmpty()) {
            throw new UnusableUrl("names no host");
        }
        if (written.startsWith("[")) {
            return address(written);
        }
        String ascii = PLAIN.matcher(written).matches() ? written : ascii(written);
        String name = ascii.endsWith(".") ? ascii.substring(0, ascii.length() - 1) : ascii;
        boolean usable = name.length() <= LONGEST_NAME
                && NAME.matcher(name).matches()
                && (!endsInNumber(name) || NUMBERS.matcher(name).matches());
        if (!usable) {
            throw unusable(written);
        }
        return name;
    }

    /** Refuses a number that the library could not make an address of. */
    static String checked(String canonical) throws UnusableUrl {
        if (endsInNumber(canonical) && !IPV4.matcher(canonical).matches()) {
            throw unusable(canonical);
        }
        return canonical;
    }

    private static String address(String written) throws UnusableUrl {
        var literal = IPV6.matcher(written);
        if (!literal.matches() || NOT_IN_IPV6.matcher(written).find()) {
            throw unusable(written);
        }
        try {
            Inet6Address.ofLiteral(literal.group(1));
        } catch (IllegalArgumentException noAddress) {
            throw unusable(written);
        }
        return written.toLowerCase(Locale.ROOT);
    }

    private static String ascii(String written) {
        if (written.length() > LONGEST_WRITTEN) {
            return "";
        }
        String name = PercentEncoding.decoded(written);
        var info = new IDNA.Info();
        var ascii = UTS46.nameToASCII(name, new StringBuilder(name.length()), info);
        return NOT_ASKED_FOR.containsAll(info.getErrors()) ? ascii.toString() : "";
    }

    private static boolean endsInNumber(String name) {
        char first = name.isEmpty() ? '.' : name.charAt(name.lastIndexOf('.') + 1);
        return first >= '0' && first <= '9' && ENDS_IN_NUMBER.matcher(name).matches();
    }

    private static UnusableUrl unusable(String host) {
        return new UnusableUrl("names no usable host: " + Texts.shortened(host));
    }
}
