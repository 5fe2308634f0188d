package org.climaterescue.cli;

import java.io.Console;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.climaterescue.agent.WatchedTerminal;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.terminal.spi.SystemStream;
import org.jline.terminal.spi.TerminalProvider;
import org.jline.utils.InfoCmp.Capability;

/** The terminal of somebody who watches: its size, and a picture that is drawn anew in its place. */
final class Screen implements AutoCloseable {

    private final Terminal terminal;
    private Size drawnAt = new Size();
    private int drawnLines;

    private Screen(Terminal terminal) {
        this.terminal = terminal;
    }

    /** The terminal, if both the input and the output of this program are one. */
    static Optional<Screen> open() {
        if (!isWatched()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Screen(WatchedTerminal.open()));
        } catch (IOException none) {
            return Optional.empty();
        }
    }

    /** Whether somebody watches. */
    static boolean isWatched() {
        // Without a terminal some JDKs answer null here and some a console that is none.
        return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    }

    /** Whether a terminal shows what this program prints, wherever its input comes from. */
    static boolean isOutput() {
        if (isWatched()) {
            return true;
        }
        try {
            return TerminalProvider.load(TerminalBuilder.PROP_PROVIDER_EXEC).isSystemStream(SystemStream.Output);
        } catch (IOException unknown) {
            return false;
        }
    }

    /** How wide the terminal is, in characters; as wide as can be where there is none. */
    static int width() {
        try (Screen screen = open().orElse(null)) {
            return screen == null ? Integer.MAX_VALUE : screen.size().getColumns();
        }
    }

    /** The size now; 80 by 24 where the terminal does not say. */
    Size size() {
        Size size = terminal.getSize();
        return size.getColumns() > 0 && size.getRows() > 0 ? size : new Size(80, 24);
    }

    /** Whether a picture can be drawn over another one here. */
    boolean isMovable() {
        return terminal.getStringCapability(Capability.cursor_up) != null;
    }

    /**
     * Draws lines over those that were drawn before; what does not fit is cut. Nothing is cleared before it is drawn over, so
     * nothing flickers.
     */
    void draw(List<String> lines) {
        Size size = size();
        if (drawnLines == 0) {
            terminal.puts(Capability.cursor_invisible);
        } else if (size.equals(drawnAt)) {
            terminal.puts(Capability.carriage_return);
            for (int i = 0; i < drawnLines; i++) {
                terminal.puts(Capability.cursor_up);
            }
        } else {
            // Nobody knows where the old lines are after the terminal has wrapped them anew.
            terminal.puts(Capability.clear_screen);
        }
        List<String> fitting = lines.stream().limit(size.getRows() - 1L).toList();
        for (String line : fitting) {
            terminal.writer().print(line.substring(0, Math.min(line.length(), size.getColumns() - 1)));
            terminal.puts(Capability.clr_eol);
            terminal.writer().println();
        }
        terminal.puts(Capability.clr_eos);
        terminal.flush();
        drawnAt = size;
        drawnLines = fitting.size();
    }

    /** Leaves the last picture where it is, and the cursor below it. */
    @Override
    public void close() {
        try {
            if (drawnLines > 0) {
                terminal.puts(Capability.cursor_visible);
                terminal.flush();
            }
            terminal.close();
        } catch (IOException gone) {
            // Nobody watches any more.
            drawnLines = 0;
        }
    }
}
