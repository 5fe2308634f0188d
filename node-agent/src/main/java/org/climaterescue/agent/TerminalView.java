package org.climaterescue.agent;

import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import me.tongfei.progressbar.InteractiveConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.climaterescue.agent.store.StoredCopy;
import org.climaterescue.protocol.Completion;
import org.climaterescue.protocol.FailureReason;
import org.climaterescue.protocol.Verification;

/** Shows a summary line and a progress bar for each download. */
final class TerminalView implements View {

    private static final int REDRAW_MILLIS = 250;
    private static final int NAME_WIDTH = 28;
    private static final int UNKNOWN = -1;

    private final PrintStream out;
    private final Map<String, ProgressBar> bars = new ConcurrentHashMap<>();
    private final AtomicLong files = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong verified = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private final ProgressBar summary;
    private volatile String state = "joining";
    private volatile String problem = "";

    TerminalView(PrintStream out) {
        this.out = out;
        this.summary = bar().setTaskName("")
                .setInitialMax(UNKNOWN)
                .setRenderer((progress, width) -> fitted(summaryLine(), width))
                .continuousUpdate()
                .build();
    }

    @Override
    public void joined(String nodeId) {
        state = nodeId;
    }

    @Override
    public void dispatcherLost(String why) {
        problem = "the dispatcher is away, trying on";
    }

    @Override
    public void dispatcherBack() {
        problem = "";
    }

    @Override
    public void started(Download download) {
        Long size = download.sizeBytes();
        bars.put(
                download.assignmentId(),
                bar().setTaskName(shortName(download.name()))
                        .setInitialMax(size == null ? UNKNOWN : size)
                        .setUnit(" MB", 1_000_000)
                        .showSpeed()
                        .clearDisplayOnFinish()
                        .build());
    }

    @Override
    public void progressed(Download download, long bytesDone) {
        ProgressBar bar = bars.get(download.assignmentId());
        if (bar != null) {
            bar.stepTo(bytesDone);
        }
    }

    @Override
    public void stored(Download download, StoredCopy copy) {
        files.incrementAndGet();
        bytes.addAndGet(copy.size());
        remove(download);
    }

    @Override
    public void reported(Download download, Completion.Result result) {
        if (result.verification() == Verification.VERIFIED) {
            verified.incrementAndGet();
        }
    }

    @Override
    public void failed(Download download, FailureReason reason, String detail) {
        failures.incrementAndGet();
        problem = shortName(download.name()) + ": " + reason.wire();
        remove(download);
    }

    @Override
    public void stopped(Download download, String why) {
        remove(download);
    }

    @Override
    public void close() {
        bars.values().forEach(ProgressBar::close);
        bars.clear();
        summary.close();
    }

    private void remove(Download download) {
        ProgressBar bar = bars.remove(download.assignmentId());
        if (bar != null) {
            bar.close();
        }
    }

    private String summaryLine() {
        return state + ": " + files + " files, " + ByteSize.readable(bytes.get()) + " stored · " + verified
                + " verified · " + failures + " failed" + (problem.isEmpty() ? "" : " · " + problem);
    }

    private ProgressBarBuilder bar() {
        return new ProgressBarBuilder()
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(REDRAW_MILLIS)
                .setConsumer(new InteractiveConsoleProgressBarConsumer(out));
    }

    /** The end of a name says more than its beginning. What a stranger named must not steer the terminal. */
    private static String shortName(String name) {
        String plain = name.replaceAll("\\p{Cntrl}", "?");
        String last = plain.substring(plain.lastIndexOf('/', Math.max(0, plain.length() - 2)) + 1);
        return last.length() <= NAME_WIDTH ? last : "…" + last.substring(last.length() - NAME_WIDTH + 1);
    }

    private static String fitted(String line, int width) {
        return line.length() <= width ? line : line.substring(0, Math.max(0, width));
    }
}
