package org.climaterescue.agent.fetch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Tells work to stop, once and for good. What blocks on the network registers how to cut it off. Thread-safe. */
public final class StopSignal {

    /** Ends a registration; does nothing the second time. */
    public interface Registration extends AutoCloseable {
        @Override
        void close();
    }

    private final CountDownLatch stopped = new CountDownLatch(1);
    private final List<Runnable> cutters = new ArrayList<>();

    /** Stops, and cuts off everything that is registered. */
    public void stop() {
        List<Runnable> all;
        synchronized (cutters) {
            stopped.countDown();
            all = List.copyOf(cutters);
            cutters.clear();
        }
        all.forEach(Runnable::run);
    }

    /** Whether the work is to stop. */
    public boolean isStopped() {
        return stopped.getCount() == 0;
    }

    /** Throws when the work is to stop. */
    public void check() throws StoppedException {
        if (isStopped()) {
            throw new StoppedException();
        }
    }

    /** Runs {@code cutter} when the work is stopped while registered, at once if that has happened already. */
    public Registration onStop(Runnable cutter) {
        synchronized (cutters) {
            if (!isStopped()) {
                cutters.add(cutter);
                return () -> {
                    synchronized (cutters) {
                        cutters.remove(cutter);
                    }
                };
            }
        }
        cutter.run();
        return () -> {};
    }

    /** Waits, but not beyond the stop; whether the work is to stop. */
    public boolean pause(Duration time) throws InterruptedException {
        return stopped.await(time.toNanos(), TimeUnit.NANOSECONDS);
    }
}
