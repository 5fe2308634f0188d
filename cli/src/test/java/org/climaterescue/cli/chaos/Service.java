package org.climaterescue.cli.chaos;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.climaterescue.db.CrashableDatabase;

/** One PostgreSQL and the dispatchers on it, which are killed and started again. */
final class Service implements AutoCloseable {

    private static final Duration MOMENT = Duration.ofMillis(100);
    private static final Duration REST = Duration.ofMillis(1200);

    private final CrashableDatabase database;
    private final List<Instance> instances = new ArrayList<>();
    private final Stage stage;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();

    private final Set<Instance> ready = new HashSet<>();
    private boolean databaseUp = true;
    private long steadySince;

    private final AtomicInteger kills = new AtomicInteger();
    private final AtomicInteger crashes = new AtomicInteger();
    private final Queue<String> ownExits = new ConcurrentLinkedQueue<>();

    private Service(CrashableDatabase database, Stage stage) {
        this.database = database;
        this.stage = stage;
    }

    /** Starts everything; the dispatchers answer later. */
    static Service start(int dispatchers, Path directory, Path logs, Stage stage) throws IOException {
        var service = new Service(CrashableDatabase.start(directory), stage);
        try {
            for (int port : Instance.freePorts(dispatchers)) {
                var instance = Instance.at(
                        port,
                        ChaosPlan.settings(service.database.jdbcUrl()),
                        logs.resolve("dispatcher-" + service.instances.size() + ".log"));
                service.instances.add(instance);
                instance.start();
            }
        } catch (IOException e) {
            service.close();
            throw e;
        }
        return service;
    }

    List<Instance> instances() {
        return instances;
    }

    String jdbcUrl() {
        return database.jdbcUrl();
    }

    /** Notices when an instance becomes ready and when it ends, and then starts it again, until everything is over. */
    void keep(Instance instance, Random chance) throws InterruptedException, IOException {
        while (!stage.isOver()) {
            if (!instance.runs()) {
                note(instance, false);
                Integer exit = instance.ownExit();
                if (exit != null) {
                    ownExits.add(instance.uri() + " ended by itself with exit code " + exit);
                }
                stage.pass(chance, Duration.ZERO, REST);
                instance.start();
            }
            note(instance, answers(instance));
            stage.pass(chance, MOMENT, MOMENT);
        }
    }

    /** Kills, as {@code kill -9}, any of the instances. */
    void kill(Instance instance) throws InterruptedException {
        if (instance.kill()) {
            kills.incrementAndGet();
            note(instance, false);
        }
    }

    /** Kills PostgreSQL with all its processes, and starts it again after a while. */
    void crashDatabase(Random chance, Duration longest) throws InterruptedException, IOException {
        noteDatabase(false);
        database.crash();
        crashes.incrementAndGet();
        stage.pass(chance, Duration.ZERO, longest);
        database.startAgain();
        noteDatabase(true);
    }

    private boolean answers(Instance instance) throws InterruptedException {
        var request = HttpRequest.newBuilder(instance.uri().resolve("/health/liveness"))
                .timeout(Duration.ofSeconds(5))
                .build();
        try {
            return client.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private synchronized void note(Instance instance, boolean isReady) {
        boolean before = steady();
        if (isReady) {
            ready.add(instance);
        } else {
            ready.remove(instance);
        }
        changed(before);
    }

    private synchronized void noteDatabase(boolean up) {
        boolean before = steady();
        databaseUp = up;
        changed(before);
    }

    private void changed(boolean before) {
        if (steady() && !before) {
            steadySince = System.nanoTime();
        }
    }

    private boolean steady() {
        return databaseUp && !ready.isEmpty();
    }

    /** For how long there has been a database and a dispatcher without a break. */
    synchronized Duration steadyFor() {
        return steady() ? Duration.ofNanos(System.nanoTime() - steadySince) : Duration.ZERO;
    }

    synchronized List<Instance> ready() {
        return List.copyOf(ready);
    }

    synchronized boolean whole() {
        return databaseUp && ready.size() == instances.size();
    }

    /** What the dispatchers complained about. */
    List<String> errors() throws IOException {
        List<String> all = new ArrayList<>();
        for (Instance instance : instances) {
            all.addAll(instance.errors());
        }
        return all;
    }

    /** Dispatchers that nobody killed and that ended all the same. None has a reason to: a database that is away is waited for. */
    Queue<String> ownExits() {
        return ownExits;
    }

    /** How often something was killed. */
    int kills() {
        return kills.get() + crashes.get();
    }

    String figures() {
        return "dispatchers killed: %d, PostgreSQL crashed: %d, dispatchers that ended by themselves: %d"
                .formatted(kills.get(), crashes.get(), ownExits.size());
    }

    @Override
    public void close() {
        instances.forEach(Instance::close);
        database.close();
        client.close();
    }
}
