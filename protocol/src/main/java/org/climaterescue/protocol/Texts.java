package org.climaterescue.protocol;

/** What a text must be to be stored and sent on. */
public final class Texts {

    private static final int LONGEST_QUOTE = 80;

    private Texts() {}

    /** The text as a message quotes it: 80 characters and a mark that there was more. */
    static String shortened(String text) {
        return text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "…";
    }

    /** Whether PostgreSQL can store the text: no U+0000, no half of a surrogate pair. */
    public static boolean storable(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                return false;
            }
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!pair) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }
}
