package org.climaterescue.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.climaterescue.mock.load.CallKind;
import org.climaterescue.mock.load.Latency;
import org.climaterescue.mock.load.LoadTest;
import org.climaterescue.mock.load.Timeline;
import org.climaterescue.mock.load.Waiting;
import org.jspecify.annotations.Nullable;

/** A line for each part of a load test that tells how it goes, as it goes. */
final class LoadTestProgress implements LoadTest.Watcher, AutoCloseable {

    /** How much the newest slice counts in the rate from which the remaining time is told. */
    private static final double NEWEST = 0.3;

    private final PrintWriter out;
    private @Nullable Progress line;
    private long total;
    private double rate;
    private @Nullable Waiting waiting;

    LoadTestProgress(PrintWriter out) {
        this.out = out;
    }

    @Override
    public synchronized void begins(String name, long tasks) {
        close();
        total = tasks;
        rate = 0;
        waiting = null;
        line = new Progress(name, tasks, out);
    }

    @Override
    public synchronized void passed(Timeline.Slice slice, long done) {
        if (line == null) {
            return;
        }
        if (waiting != null) {
            line.waits(done, words(waiting));
            return;
        }
        rate = rate == 0 ? slice.perSecond() : NEWEST * slice.perSecond() + (1 - NEWEST) * rate;
        StringBuilder words = new StringBuilder(String.format(Locale.ROOT, "%,.0f tasks/s", slice.perSecond()));
        Latency dispatch = slice.calls().get(CallKind.DISPATCH);
        if (dispatch != null) {
            words.append(
                    String.format(Locale.ROOT, ", dispatch p50 %.1f p99 %.1f ms", dispatch.p50Ms(), dispatch.p99Ms()));
        }
        if (done < total && rate > 0) {
            words.append(", ")
                    .append(Words.time(Duration.ofMillis(Math.round((double) (total - done) / rate * 1000))))
                    .append(" left");
        }
        line.reached(done, words.toString());
    }

    @Override
    public synchronized void waits(Waiting now) {
        waiting = now.isMostly() ? now : null;
    }

    private static String words(Waiting waiting) {
        List<String> what = new ArrayList<>();
        if (waiting.untilRetry() != null) {
            what.add("%s for another try, the first in %d s"
                    .formatted(
                            Words.count(waiting.retries(), "task"),
                            waiting.untilRetry().toSeconds() + 1));
        }
        if (waiting.leases() > 0) {
            what.add("%s until leases of silent nodes run out".formatted(Words.count(waiting.leases(), "task")));
        }
        return "waiting: " + String.join("; ", what);
    }

    @Override
    public synchronized void close() {
        if (line != null) {
            line.close();
            line = null;
        }
    }
}
