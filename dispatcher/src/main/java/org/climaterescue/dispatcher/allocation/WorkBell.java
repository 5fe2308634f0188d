package org.climaterescue.dispatcher.allocation;

import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Rings when there is work that was not there before: whoever waits for work listens. Never blocks. */
@Singleton
public final class WorkBell {

    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** Says that work has been committed. */
    public void ring() {
        listeners.forEach(Runnable::run);
    }

    /** Calls {@code listener}, which must not block, at each ring. */
    public void onRing(Runnable listener) {
        listeners.add(listener);
    }
}
