package org.climaterescue.cli;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.time.Duration;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.climaterescue.agent.WatchedTerminal;
import org.jspecify.annotations.Nullable;

/** How far something is: a moving bar in a terminal with words below it, else a line whenever another tenth is done. */
final class Progress implements AutoCloseable {

    private static final int TENTHS = 10;
    private static final int REDRAW_MILLIS = 100;
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(20);
    private static final long MB = 1_000_000;

    private final String task;
    private final long total;
    private final PrintWriter out;
    private final @Nullable ProgressBar bar;
    private final @Nullable ProgressBar below;
    private long lastTenth;
    private long lastWaited = System.nanoTime() - BETWEEN_LINES.toNanos();
    private volatile String lastWords = "";

    /**
     * Begins at nothing.
     *
     * @param total what is to be reached, in any unit; -1 when that is not known
     * @param out where the lines go when there is no terminal
     */
    Progress(String task, long total, PrintWriter out) {
        this.task = task;
        this.total = total;
        this.out = out;
        boolean watched = Screen.isWatched();
        if (watched) {
            WatchedTerminal.lend();
        }
        this.bar = watched ? bar(task, total) : null;
        this.below = watched ? below() : null;
    }

    private static ProgressBar bar(String task, long total) {
        return new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(total)
                .setStyle(ProgressBarStyle.builder()
                        .leftBracket(" ")
                        .rightBracket(" ")
                        .block('━')
                        .space('─')
                        .fractionSymbols("")
                        .build())
                .setUpdateIntervalMillis(REDRAW_MILLIS)
                .hideEta()
                .build();
    }

    /** A line of its own, for in a terminal of 80 columns the words would leave nothing of the bar. */
    private ProgressBar below() {
        return new ProgressBarBuilder()
                .setInitialMax(-1)
                .setUpdateIntervalMillis(REDRAW_MILLIS)
                .continuousUpdate()
                .setRenderer((state, width) -> fitted("  " + lastWords, width))
                .build();
    }

    /** So far; {@code words} says more about it. */
    void reached(long done, String words) {
        if (bar != null) {
            lastWords = words;
            bar.stepTo(done);
            return;
        }
        long tenth = done * TENTHS / Math.max(1, total);
        if (total < 0 ? !words.equals(lastWords) : tenth > lastTenth) {
            lastTenth = tenth;
            lastWords = words;
            out.println(total < 0 ? task + ": " + words : "%s: %d %%, %s".formatted(task, tenth * TENTHS, words));
            out.flush();
        }
    }

    /** No further for now; {@code words} say why. Without a terminal it is said now and then. */
    void waits(long done, String words) {
        if (bar != null) {
            reached(done, words);
        } else if (System.nanoTime() - lastWaited > BETWEEN_LINES.toNanos()) {
            lastWaited = System.nanoTime();
            out.println(task + ": " + words);
            out.flush();
        }
    }

    /** A stream that tells how far it has been read, in bytes. */
    InputStream watched(InputStream in) {
        return new FilterInputStream(in) {
            private long count;

            @Override
            public int read() throws IOException {
                int octet = super.read();
                count(octet < 0 ? 0 : 1);
                return octet;
            }

            @Override
            public int read(byte[] block, int offset, int length) throws IOException {
                int read = super.read(block, offset, length);
                count(Math.max(0, read));
                return read;
            }

            private void count(int more) {
                count += more;
                reached(count, "%s of %s MB".formatted(Words.number(count / MB), Words.number(total / MB)));
            }
        };
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
        if (below != null) {
            below.close();
        }
    }

    /** Exactly as wide as the line: what was there before is written over, not erased. */
    private static String fitted(String line, int width) {
        return line.length() < width ? line + " ".repeat(width - line.length()) : line.substring(0, Math.max(0, width));
    }
}
