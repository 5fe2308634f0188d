package org.climaterescue.agent;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;

/**
 * The terminal of somebody who watches. Left to itself, the library would take Ctrl-C away from the JVM while something is drawn, and the
 * process would end without its shutdown hooks.
 */
public final class WatchedTerminal {

    private WatchedTerminal() {}

    /**
     * Opens it; where there is none, one that can do nothing.
     *
     * @throws IOException when it cannot be opened
     */
    public static Terminal open() throws IOException {
        everybodyGets(null);
        return TerminalBuilder.builder()
                .system(true)
                .dumb(true)
                .nativeSignals(false)
                .encoding(StandardCharsets.UTF_8)
                .build();
    }

    /** Lets a progress bar that is made next draw on it. */
    public static void lend() {
        try {
            everybodyGets(open());
        } catch (IOException none) {
            everybodyGets(null);
        }
    }

    // The library of the bars builds its terminal itself, and takes no other from its callers.
    @SuppressWarnings("deprecation")
    private static void everybodyGets(@Nullable Terminal terminal) {
        TerminalBuilder.setTerminalOverride(terminal);
    }
}
