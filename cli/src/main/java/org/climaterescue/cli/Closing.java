package org.climaterescue.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Parts that are started one after the other and stopped together, the last first. Thread-safe; stopping twice is once. */
final class Closing implements AutoCloseable {

    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private volatile boolean closed;

    /**
     * Starts a part and takes charge of it. Whoever stops everything meanwhile waits until the start is over.
     *
     * @throws IllegalStateException when everything was stopped before; nothing is started then
     */
    synchronized <T extends AutoCloseable> T start(Callable<T> start) throws Exception {
        if (closed) {
            throw new IllegalStateException("stopped while starting");
        }
        T part = start.call();
        started.push(part);
        return part;
    }

    /** Whether everything was told to stop. */
    boolean isClosed() {
        return closed;
    }

    /**
     * Stops everything, also when some part fails to stop.
     *
     * @throws CommandFailed at the end, with the first failure as its cause
     */
    @Override
    public void close() {
        closed = true;
        synchronized (this) {
            Exception failure = null;
            while (!started.isEmpty()) {
                failure = closed(started.pop(), failure);
            }
            if (failure != null) {
                throw new CommandFailed("did not stop cleanly: " + CommandFailed.line(failure), failure);
            }
        }
    }

    // Whatever goes wrong, the other parts are to be stopped too.
    private static @Nullable Exception closed(AutoCloseable part, @Nullable Exception before) {
        try {
            part.close();
            return before;
        } catch (Exception failed) {
            if (failed instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            if (before == null) {
                return failed;
            }
            before.addSuppressed(failed);
            return before;
        }
    }
}
