package org.climaterescue.dispatcher.bell;

import io.micronaut.context.annotation.Context;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.climaterescue.db.Database;
import org.climaterescue.db.Pipeline;
import org.climaterescue.db.Pipeline.Reply;
import org.climaterescue.db.Sql;
import org.climaterescue.db.node.Turns;
import org.climaterescue.dispatcher.service.InstanceId;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rings when somebody may be able to take work that he could not take before, at every instance: whoever waits for work listens.
 *
 * <p>Ringing never blocks. Here the listeners are called at once; the other instances hear of it by NOTIFY, many rings in one
 * and outside the transaction that made the work, because a notifying commit locks out every other commit. A ring that is lost
 * costs a second: waiting rooms look for themselves that often.
 */
@Context
public final class WorkBell {

    private static final Logger LOG = LoggerFactory.getLogger(WorkBell.class);
    private static final String CHANNEL = "rescue_work";

    /** Rings within this time travel together. */
    private static final Duration GATHER = Duration.ofMillis(5);

    /** The same while nobody waits elsewhere: a notifying commit costs as much as one that stores something. */
    private static final Duration GATHER_FOR_NOBODY = Duration.ofMillis(100);

    private static final Duration RECONNECT = Duration.ofSeconds(1);

    private final Database database;
    private final Turns turns;
    private final String instance;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final Semaphore rung = new Semaphore(0);
    private final Thread ear =
            Thread.ofPlatform().name("work-bell-ear").daemon().unstarted(this::listen);
    private final Thread hand =
            Thread.ofPlatform().name("work-bell-hand").daemon().unstarted(this::ringElsewhere);
    /** The server's process that notifies for this instance: what comes from it has been heard here before. */
    private volatile int ownHand;

    private volatile boolean closed;

    WorkBell(Database database, Turns turns, InstanceId instance) {
        this.database = database;
        this.turns = turns;
        this.instance = instance.value();
    }

    @PostConstruct
    void start() {
        ear.start();
        hand.start();
    }

    @PreDestroy
    void stop() throws InterruptedException {
        closed = true;
        ear.interrupt();
        hand.interrupt();
        ear.join(Duration.ofSeconds(2));
        hand.join(Duration.ofSeconds(2));
    }

    /** Says that work, or the end of work that stood in its way, has been committed. */
    public void ring() {
        callListeners();
        rung.release();
    }

    /** Calls {@code listener}, which must not block, at each ring. */
    public void onRing(Runnable listener) {
        listeners.add(listener);
    }

    private void callListeners() {
        listeners.forEach(Runnable::run);
    }

    private void listen() {
        keepConnected("listen", connection -> {
            Sql.of(connection, "listen " + CHANNEL).update();
            while (!closed) {
                PGNotification[] heard = connection.unwrap(PGConnection.class).getNotifications(1000);
                if (heard != null && Stream.of(heard).anyMatch(ring -> ring.getPID() != ownHand)) {
                    callListeners();
                }
            }
        });
    }

    private void ringElsewhere() {
        keepConnected("notify", connection -> {
            ownHand = connection.unwrap(PGConnection.class).getBackendPID();
            while (!closed) {
                rung.acquire();
                Thread.sleep(GATHER);
                if (!somebodyWaitsElsewhere(connection)) {
                    // Whoever begins to wait just now is rung for all the same, a little later.
                    Thread.sleep(GATHER_FOR_NOBODY.minus(GATHER));
                }
                rung.drainPermits();
                Sql.of(connection, "notify " + CHANNEL).update();
            }
        });
    }

    private boolean somebodyWaitsElsewhere(Connection connection) throws SQLException {
        var reads = Pipeline.on(connection);
        Reply<Boolean> others = turns.others(reads, instance);
        reads.send();
        return others.get();
    }

    private void keepConnected(String purpose, Duty duty) {
        while (!closed) {
            try (Connection connection = database.connect(purpose)) {
                duty.run(connection);
            } catch (SQLException e) {
                LOG.debug("the bell lost its connection to {} and connects again", purpose, e);
                pause();
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void pause() {
        try {
            Thread.sleep(RECONNECT);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            closed = true;
        }
    }

    /** What a thread does with its connection until it breaks. */
    private interface Duty {
        void run(Connection connection) throws SQLException, InterruptedException;
    }
}
