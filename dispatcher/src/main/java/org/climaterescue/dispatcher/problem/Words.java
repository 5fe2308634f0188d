package org.climaterescue.dispatcher.problem;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Reads parameters that are one of a few words. */
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

    private static String wire(Enum<?> word) {
        return word.name().toLowerCase(Locale.ROOT);
    }
}
