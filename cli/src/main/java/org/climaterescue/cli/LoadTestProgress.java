package org.climaterescue.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import org.climaterescue.mock.load.CallKind;
import org.climaterescue.mock.load.Latency;
import org.climaterescue.mock.load.LoadTest;
import org.climaterescue.mock.load.Timeline;
import org.jspecify.annotations.Nullable;

/** A line for each part of a load test that tells how it goes, as it goes. */
final class LoadTestProgress implements LoadTest.Watcher, AutoCloseable {

    /** How much the newest slice counts in the rate from which the remaining time is told. */
    private static final double NEWEST = 0.3;

    private final PrintWriter out;
    private @Nullable Progress line;
    private long total;
    private double rate;

    LoadTestProgress(PrintWriter out) {
        this.out = out;
    }

    @Override
    public synchronized void begins(String name, long tasks) {
        close();
        total = tasks;
        rate = 0;
        line = new Progress(name, tasks, out);
    }

    @Override
    public synchronized void passed(Timeline.Slice slice, long done) {
        if (line == null) {
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
    public synchronized void close() {
        if (line != null) {
            line.close();
            line = null;
        }
    }
}
