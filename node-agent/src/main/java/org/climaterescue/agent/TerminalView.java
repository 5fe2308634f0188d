package org.climaterescue.agent;

import java.io.PrintStream;
import java.text.DecimalFormat;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import me.tongfei.progressbar.DefaultProgressBarRenderer;
import me.tongfei.progressbar.InteractiveConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarRenderer;
import me.tongfei.progressbar.ProgressBarStyle;
import me.tongfei.progressbar.ProgressState;
import org.climaterescue.agent.store.StoredCopy;
import org.climaterescue.protocol.Completion;
import org.climaterescue.protocol.FailureReason;
import org.climaterescue.protocol.Verification;
import org.jspecify.annotations.Nullable;

/**
 * Shows a summary line and, below it, a progress bar for each download. A bar's line is used again for a later download, so
 * that the screen does not grow; downloads beyond {@value #MAX_LINES} at a time have no bar.
 */
final class TerminalView implements View {

    private static final int MAX_LINES = 20;
    private static final int REDRAW_MILLIS = 500;
    private static final int NAME_WIDTH = 28;
    private static final int MEGABYTE = 1_000_000;
    private static final int UNKNOWN = -1;

    private final PrintStream out;
    private final ProgressBar summary;
    private final Deque<Line> free = new ArrayDeque<>();
    private final List<Line> lines = new ArrayList<>();
    private final Map<String, Line> busy = new HashMap<>();
    private String state = "joining";
    private String problem = "";
    private boolean drained;
    private long files;
    private long bytes;
    private long verified;
    private long failures;
    private boolean closed;

    TerminalView(PrintStream out) {
        WatchedTerminal.lend();
        this.out = out;
        this.summary = bar((progress, width) -> fitted(summaryLine(), width));
    }

    @Override
    public synchronized void joined(String nodeId) {
        state = nodeId;
    }

    @Override
    public synchronized void dispatcherLost(String why) {
        problem = "the dispatcher is away, trying on";
    }

    @Override
    public synchronized void dispatcherBack() {
        problem = "";
    }

    @Override
    public synchronized void drained() {
        drained = true;
    }

    @Override
    public synchronized void resumed() {
        drained = false;
    }

    @Override
    public synchronized void started(Download download) {
        Line line = free.poll();
        if (line == null && lines.size() < MAX_LINES && !closed) {
            line = new Line();
            lines.add(line);
        }
        if (line != null) {
            line.show(download);
            busy.put(download.assignmentId(), line);
        }
    }

    @Override
    public synchronized void progressed(Download download, long bytesDone) {
        Line line = busy.get(download.assignmentId());
        if (line != null) {
            line.bar.stepTo(bytesDone);
        }
    }

    @Override
    public synchronized void stored(Download download, StoredCopy copy) {
        files++;
        bytes += copy.size();
        clear(download);
    }

    @Override
    public synchronized void reported(Download download, Completion.Result result) {
        if (result.verification() == Verification.VERIFIED) {
            verified++;
        }
    }

    @Override
    public synchronized void refused(Download download, String why) {
        problem = shortName(download.name()) + ": report refused";
    }

    @Override
    public synchronized void failed(Download download, FailureReason reason, String detail) {
        failures++;
        problem = shortName(download.name()) + ": " + reason.wire();
        clear(download);
    }

    @Override
    public synchronized void stopped(Download download, String why) {
        clear(download);
    }

    @Override
    public void close() {
        List<Line> all;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            all = List.copyOf(lines);
        }
        // Not while holding the lock: closing waits for a last drawing, which asks for the summary.
        all.forEach(line -> line.bar.close());
        summary.close();
    }

    private void clear(Download download) {
        Line line = busy.remove(download.assignmentId());
        if (line != null) {
            line.show(null);
            free.add(line);
        }
    }

    private synchronized String summaryLine() {
        return state + (drained ? " (drained): " : ": ") + files + (files == 1 ? " file, " : " files, ")
                + ByteSize.readable(bytes) + " stored, " + verified + " verified, " + failures + " failed"
                + (problem.isEmpty() ? "" : " | " + problem);
    }

    private ProgressBar bar(ProgressBarRenderer renderer) {
        return new ProgressBarBuilder()
                .setInitialMax(UNKNOWN)
                .setUpdateIntervalMillis(REDRAW_MILLIS)
                .continuousUpdate()
                .setRenderer(renderer)
                .setConsumer(new InteractiveConsoleProgressBarConsumer(out))
                .build();
    }

    /** The end of a name says more than its beginning. What a stranger named must not steer the terminal. */
    private static String shortName(String name) {
        String plain = name.replaceAll("[\\p{Cc}\\p{Cf}\\p{Cs}]", "?");
        String last = plain.substring(plain.lastIndexOf('/', Math.max(0, plain.length() - 2)) + 1);
        return last.length() <= NAME_WIDTH ? last : "~" + last.substring(last.length() - NAME_WIDTH + 1);
    }

    /** Exactly as wide as the line: what was there before is written over, not erased. */
    private static String fitted(String line, int width) {
        return line.length() < width ? line + " ".repeat(width - line.length()) : line.substring(0, Math.max(0, width));
    }

    /** One line of the screen. */
    private final class Line extends DefaultProgressBarRenderer {

        private final ProgressBar bar;
        private volatile String name = "";

        Line() {
            super(
                    ProgressBarStyle.ASCII,
                    " MB",
                    MEGABYTE,
                    true,
                    new DecimalFormat("0.0"),
                    ChronoUnit.SECONDS,
                    false,
                    progress -> Optional.empty());
            this.bar = bar(this);
        }

        void show(@Nullable Download download) {
            name = download == null ? "" : shortName(download.name());
            bar.reset();
            Long size = download == null ? null : download.sizeBytes();
            bar.maxHint(size == null ? UNKNOWN : size);
        }

        @Override
        public String render(ProgressState progress, int width) {
            String shown = name;
            return shown.isEmpty() || width <= NAME_WIDTH
                    ? fitted(shown, width)
                    : fitted(shown, NAME_WIDTH) + super.render(progress, width - NAME_WIDTH);
        }
    }
}
