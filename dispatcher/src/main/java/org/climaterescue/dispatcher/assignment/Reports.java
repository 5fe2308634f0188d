package org.climaterescue.dispatcher.assignment;

import io.micronaut.context.annotation.Context;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.climaterescue.db.StorageFailure;
import org.climaterescue.dispatcher.assignment.CustodyDesk.Order;
import org.climaterescue.dispatcher.gathering.Gathering;
import org.climaterescue.dispatcher.gathering.RoundMeters;
import org.climaterescue.dispatcher.problem.ProblemException;

/** Gathers what nodes report: many callers, one transaction. A caller is answered after the commit. */
@Context
final class Reports {

    /** Orders carried out in one transaction. */
    private static final int BATCH = 2000;

    /** More waiting orders than this are turned away. */
    private static final int BACKLOG = 100_000;

    private final CustodyDesk desk;
    private final LeaseVacuum vacuum;
    private final Gathering<Pending<?>> waiting;

    Reports(CustodyDesk desk, LeaseVacuum vacuum, RoundMeters meters) {
        this.desk = desk;
        this.vacuum = vacuum;
        this.waiting = Gathering.start("report-rounds", BATCH, BACKLOG, meters.metered("report", this::carryOut));
    }

    /** Carries out what is waiting, then stops. */
    @PreDestroy
    void stop() throws InterruptedException {
        waiting.stop();
    }

    /** Carries out one order in the next round. */
    <R> CompletableFuture<R> submit(Order<R> order) {
        var pending = new Pending<>(order, new CompletableFuture<R>());
        if (!waiting.offer(pending)) {
            pending.answer.completeExceptionally(ProblemException.unavailable(
                    "busy", "too many reports wait at this dispatcher; send this one again", Duration.ofSeconds(5)));
        }
        return pending.answer;
    }

    private void carryOut(List<Pending<?>> round) {
        List<Order<Runnable>> orders = new ArrayList<>();
        round.forEach(pending -> orders.add(pending.telling()));
        try {
            desk.carryOut(orders).forEach(Runnable::run);
            vacuum.ended(orders.size());
        } catch (StorageFailure e) {
            if (round.size() == 1 || e.away()) {
                round.forEach(pending -> pending.answer.completeExceptionally(e));
            } else {
                // One report that cannot be stored must not take the others with it.
                round.forEach(pending -> carryOut(List.of(pending)));
            }
        } catch (RuntimeException | Error e) {
            // Whatever went wrong, the callers are told and the loop goes on.
            round.forEach(pending -> pending.answer.completeExceptionally(e));
        }
    }

    /** An order and who waits for its answer. */
    private record Pending<R>(Order<R> order, CompletableFuture<R> answer) {

        /** The order, its answer being the act of telling the one who waits. */
        Order<Runnable> telling() {
            return order.then(result -> () -> answer.complete(result));
        }
    }
}
