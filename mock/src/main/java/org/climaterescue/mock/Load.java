package org.climaterescue.mock;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what was asked of one file, or of the whole origin. */
public final class Load {

    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger peak = new AtomicInteger();

    Load() {}

    /** Requests so far, of any method. */
    public long requests() {
        return requests.get();
    }

    /** Bytes of bodies sent so far. */
    public long bytesSent() {
        return bytes.get();
    }

    /** Requests being answered now. */
    public int open() {
        return open.get();
    }

    /** The most requests that were being answered at the same time. */
    public int peak() {
        return peak.get();
    }

    void began() {
        requests.incrementAndGet();
        peak.accumulateAndGet(open.incrementAndGet(), Math::max);
    }

    void sent(long count) {
        bytes.addAndGet(count);
    }

    void ended() {
        open.decrementAndGet();
    }
}
