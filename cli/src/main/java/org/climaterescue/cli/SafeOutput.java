package org.climaterescue.cli;

import java.io.PrintWriter;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The output of commands that print what strangers wrote: byte by byte as it is for files and programs, and without what would steer it
 * for a terminal.
 */
final class SafeOutput extends PrintWriter {

    /** All control characters and those that turn the direction of text, but line ends and tabs. */
    private static final Pattern STEERING = Pattern.compile("[\\p{Cc}\\p{Cf}&&[^\\n\\t]]");

    private final BooleanSupplier terminal;

    /**
     * Prints to another output.
     *
     * @param terminal whether a terminal shows what is printed; asked only where that makes a difference
     */
    SafeOutput(PrintWriter out, BooleanSupplier terminal) {
        super(out, true);
        this.terminal = terminal;
    }

    /** The output of a command. */
    static PrintWriter of(@Nullable CommandSpec command) {
        return new SafeOutput(Objects.requireNonNull(command).commandLine().getOut(), Screen::isOutput);
    }

    @Override
    public void write(int character) {
        write(Character.toString((char) character));
    }

    @Override
    public void write(char[] block, int offset, int length) {
        write(new String(block, offset, length));
    }

    @Override
    public void write(String text, int offset, int length) {
        String part = text.substring(offset, offset + length);
        String safe = STEERING.matcher(part).find() && terminal.getAsBoolean() ? safe(part) : part;
        super.write(safe, 0, safe.length());
    }

    private static String safe(String text) {
        // Lines of CSV end with CR LF (RFC 4180).
        return STEERING.matcher(text.replace("\r", "")).replaceAll("?");
    }
}
