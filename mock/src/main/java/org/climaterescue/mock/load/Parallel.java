package org.climaterescue.mock.load;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Many calls, a few at a time. */
final class Parallel {

    /** One of them. */
    interface Step {
        void run() throws InterruptedException;
    }

    private Parallel() {}

    /** Runs all, and throws the first failure when all have ended. */
    static void run(int atATime, List<Step> steps) throws InterruptedException {
        try (ExecutorService threads =
                Executors.newFixedThreadPool(atATime, Thread.ofVirtual().factory())) {
            List<Callable<Void>> calls = steps.stream()
                    .<Callable<Void>>map(step -> () -> {
                        step.run();
                        return null;
                    })
                    .toList();
            for (Future<Void> call : threads.invokeAll(calls)) {
                rethrow(call);
            }
        }
    }

    /** Throws what a call that has ended threw. */
    static void rethrow(Future<Void> ended) throws InterruptedException {
        try {
            ended.get();
        } catch (ExecutionException failed) {
            switch (failed.getCause()) {
                case InterruptedException stopped -> throw stopped;
                case RuntimeException wrong -> throw wrong;
                case Error fatal -> throw fatal;
                case null, default -> throw new IllegalStateException(failed);
            }
        }
    }
}
