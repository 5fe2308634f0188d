package org.climaterescue.dispatcher.problem;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.climaterescue.protocol.Texts;
import org.jspecify.annotations.Nullable;

/** Reads parameters that are one of a few words, or a text that is looked for. */
public final class Words {

    private Words() {}

    /**
     * The constant whose name in lower case the word is.
     *
     * @throws ProblemException 400 that names the parameter and lists the words
     */
    public static <E extends Enum<E>> E parse(Class<E> type, String parameter, String word) {
        E[] all = type.getEnumConstants();
        return Arrays.stream(all)
                .filter(one -> wire(one).equals(word))
                .findFirst()
                .orElseThrow(() -> ProblemException.invalid(
                        parameter,
                        parameter + " must be one of "
                                + Arrays.stream(all).map(Words::wire).collect(Collectors.joining(", "))));
    }

    /**
     * A text that is looked for; null when there is none.
     *
     * @throws ProblemException 400 that names the parameter when the text holds what no name has
     */
    public static @Nullable String part(String parameter, @Nullable String text) {
        return text == null || text.isBlank() ? null : storable(parameter, text.strip());
    }

    /**
     * A name; null for null.
     *
     * @throws ProblemException 400 that names the parameter when the text holds what no name has
     */
    public static @Nullable String storable(String parameter, @Nullable String text) {
        if (text != null && !Texts.storable(text)) {
            throw ProblemException.invalid(parameter, parameter + " holds a character that no name has");
        }
        return text;
    }

    private static String wire(Enum<?> word) {
        return word.name().toLowerCase(Locale.ROOT);
    }
}
