package org.climaterescue.dispatcher.service;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.climaterescue.db.StorageFailure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does something again and again on a thread of its own; what fails is logged and tried again at the next tick. */
public final class Ticker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Ticker.class);

    private final String name;
    private final Runnable work;
    private final ScheduledExecutorService clock;

    private Ticker(String name, Runnable work) {
        this.name = name;
        this.work = work;
        this.clock = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name(name).factory());
    }

    /**
     * Starts ticking, for the first time after a pause.
     *
     * @param name what the work is called in the log
     * @param pause from the end of one run to the start of the next
     */
    public static Ticker start(String name, Duration pause, Runnable work) {
        return start(name, pause, pause, work);
    }

    /** As {@link #start}, but for the first time at once. */
    public static Ticker startNow(String name, Duration pause, Runnable work) {
        return start(name, Duration.ZERO, pause, work);
    }

    private static Ticker start(String name, Duration first, Duration pause, Runnable work) {
        var ticker = new Ticker(name, work);
        var _ = ticker.clock.scheduleWithFixedDelay(
                ticker::tick, first.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
        return ticker;
    }

    /** Lets the current run end, for at most ten seconds. */
    @Override
    public void close() {
        clock.shutdown();
        try {
            if (!clock.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.warn("{} was still at work after ten seconds", name);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tick() {
        try {
            work.run();
        } catch (StorageFailure e) {
            LOG.warn("{} could not use the database and will try again: {}", name, e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("{} failed and will try again", name, e);
        }
    }
}
