package org.climaterescue.cli.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** Kills dispatchers and PostgreSQL by chance, several at once at times. */
final class Wrecker {

    private static final int EACH_KIND = 3;
    private static final Duration SHORTEST_PEACE = Duration.ofMillis(800);
    private static final Duration LONGEST_PEACE = Duration.ofSeconds(3);
    private static final Duration SHORT_OUTAGE = Duration.ofMillis(500);
    private static final Duration LONG_OUTAGE = Duration.ofSeconds(5);

    private final Service service;
    private final Stage stage;
    private final Random chance;

    Wrecker(Service service, Stage stage, Random chance) {
        this.service = service;
        this.stage = stage;
        this.chance = chance;
    }

    /**
     * For that long, but also the shortest run sees each kind of kill. What is down already is left alone until most dispatchers
     * answer again, for there would be little to break.
     */
    void wreck(Duration time) throws InterruptedException, IOException {
        long end = System.nanoTime() + time.toNanos();
        for (int strike = 0; strike < EACH_KIND || System.nanoTime() < end; strike++) {
            do {
                stage.pass(chance, SHORTEST_PEACE, LONGEST_PEACE);
            } while (2 * service.ready().size() < service.instances().size());
            switch (strike < EACH_KIND ? strike : chance.nextInt(10)) {
                case 0, 3, 4 -> killOne();
                case 1, 5, 6 -> service.crashDatabase(chance, SHORT_OUTAGE);
                case 2, 7 -> {
                    killOne();
                    service.crashDatabase(chance, SHORT_OUTAGE);
                }
                case 8 -> service.crashDatabase(chance, LONG_OUTAGE);
                default -> killAll();
            }
        }
    }

    /** Mostly one that answers, at times one that is just starting. */
    private void killOne() throws InterruptedException {
        List<Instance> ready = service.ready();
        List<Instance> choice = ready.isEmpty() || chance.nextInt(5) == 0 ? service.instances() : ready;
        service.kill(choice.get(chance.nextInt(choice.size())));
    }

    private void killAll() throws InterruptedException {
        for (Instance instance : service.instances()) {
            service.kill(instance);
        }
    }
}
