package org.climaterescue.cli.chaos;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Tells the actors when chaos ends and when everything does. */
final class Stage {

    private final CountDownLatch calm = new CountDownLatch(1);
    private final CountDownLatch over = new CountDownLatch(1);

    /** From now on nobody misbehaves, and nothing is killed. */
    void calmDown() {
        calm.countDown();
    }

    /** Everybody leaves. */
    void end() {
        calm.countDown();
        over.countDown();
    }

    boolean isWild() {
        return calm.getCount() > 0;
    }

    boolean isOver() {
        return over.getCount() == 0;
    }

    /** Waits until everything ends; false when it has not within that time. */
    boolean awaitEnd(Duration longest) throws InterruptedException {
        return over.await(longest.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Lets up to {@code longest} pass, less when everything ends. */
    void pass(Random chance, Duration shortest, Duration longest) throws InterruptedException {
        long millis = chance.nextLong(shortest.toMillis(), longest.toMillis() + 1);
        if (over.await(millis, TimeUnit.MILLISECONDS)) {
            throw new InterruptedException("everything is over");
        }
    }

    /** Lets time pass while there is chaos; false when it ends. */
    boolean passWild(Random chance, Duration shortest, Duration longest) throws InterruptedException {
        long millis = chance.nextLong(shortest.toMillis(), longest.toMillis() + 1);
        return !calm.await(millis, TimeUnit.MILLISECONDS);
    }
}
