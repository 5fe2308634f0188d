package org.climaterescue.cli;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.climaterescue.protocol.FailureReason;

/** Why tasks fail, as options name it. */
final class Reasons implements Iterable<String> {

    private static final List<String> WORDS =
            Arrays.stream(FailureReason.values()).map(FailureReason::wire).toList();

    @Override
    public Iterator<String> iterator() {
        return WORDS.iterator();
    }

    /**
     * The reason as the dispatcher calls it.
     *
     * @throws WrongUsage when there is none of that name
     */
    static String checked(String reason) {
        return Words.among(WORDS, "--reason", reason.replace('-', '_'));
    }
}
