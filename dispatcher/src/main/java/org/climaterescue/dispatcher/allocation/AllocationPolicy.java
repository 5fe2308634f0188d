package org.climaterescue.dispatcher.allocation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.climaterescue.db.allocation.ReadyQueue.Candidate;
import org.climaterescue.db.host.Headroom;
import org.climaterescue.db.node.Room.Bystander;
import org.jspecify.annotations.Nullable;

/**
 * Decides who gets what in one round, purely.
 *
 * <p>Tasks are offered in the order of work; each goes to the first node in turn that may take it, and that node goes to the
 * end of the line. So a node never gets a task while a better one that fits it is left, and nobody gets a second task while
 * another that may take it waits. That holds over all dispatchers: who waits at another stands in the line too, and what its
 * turn brings it is left for the other's round.
 *
 * <p>A node may take a task whose size fits the space that it offers less what it holds leases on, at or above its floor, and
 * which it neither holds nor works on, unless its disk was too full for it just now, from a host that stands another
 * connection. The rest is preference: a node whose copies keep being rejected, that failed the task, or whose operator or
 * region holds a copy already, gets it only when no better node that could take it is about, or when the task has waited for
 * one for {@code patience}.
 *
 * <p>An unknown size reserves the usual guess. A node with less space than that stakes all of it on one such task at a time, so
 * that a small node is no idle one; but not on a task for which some disk has been too full just now.
 */
final class AllocationPolicy {

    private final List<Seat> line;
    private final long unknownSize;
    private final Duration patience;
    private final Headroom headroom;
    private final Supplier<List<Bystander>> bystanders;
    private final UnaryOperator<List<Seat>> wholeLine;
    private final Set<Integer> here = new HashSet<>();
    private final Set<Integer> waiting = new HashSet<>();
    private final List<Grant> grants = new ArrayList<>();
    private int hungry;
    private boolean whole;

    /**
     * Starts a round.
     *
     * @param line who waits, in turn; each node once
     * @param unknownSize what an unknown size reserves where there is so much space, in bytes
     * @param patience how long a task waits for a better node
     * @param headroom how many more assignments hosts stand; counted down
     * @param bystanders nodes that are not in the line but could take work; asked only when it matters
     * @param wholeLine adds those who wait at other dispatchers to the line, in turn; asked only when there is something to give
     */
    AllocationPolicy(
            List<Seat> line,
            long unknownSize,
            Duration patience,
            Headroom headroom,
            Supplier<List<Bystander>> bystanders,
            UnaryOperator<List<Seat>> wholeLine) {
        this.line = new ArrayList<>(line);
        this.unknownSize = unknownSize;
        this.patience = patience;
        this.headroom = headroom;
        this.bystanders = bystanders;
        this.wholeLine = wholeLine;
        line.forEach(seat -> here.add(seat.nodeNo()));
        waiting.addAll(here);
        this.line.removeIf(seat -> !seat.open());
        this.hungry = this.line.size();
    }

    /** Whether anybody here can take more. */
    boolean hungry() {
        return hungry > 0;
    }

    /** The lowest floor of those who can take more; nothing below it is worth offering. */
    int lowestFloor() {
        return fromHere().mapToInt(Seat::floor).min().orElse(10);
    }

    /** The largest space of those who can take more; nothing larger is worth offering. */
    long largestSpace() {
        return fromHere().mapToLong(Seat::space).max().orElse(0);
    }

    /** Whether any of those who can take more would take a task of unknown size. */
    boolean anyForUnknown() {
        return fromHere().anyMatch(seat -> seat.space() >= unknownSize || !seat.guessing());
    }

    /** How many tasks those who can take more want. */
    long wanted() {
        return fromHere().mapToLong(Seat::wanted).sum();
    }

    /** Gives a task to the first in turn who may take it, or to nobody. Tasks must come in the order of work. */
    void offer(Candidate task) {
        if (headroom.of(task.hostNo()) <= 0) {
            return;
        }
        int best = best(task);
        if (best >= 0 && !whole) {
            seatTheOthers();
            best = best(task);
        }
        if (best >= 0) {
            int reluctance = reluctance(line.get(best), task);
            if (reluctance == 0 || !somebodyBetterIsAbout(task, reluctance)) {
                give(best, task);
            }
        }
    }

    /** What was given to those here, in the order in which it was. */
    List<Grant> grants() {
        return grants.stream()
                .filter(grant -> here.contains(grant.seat().nodeNo()))
                .toList();
    }

    private Stream<Seat> fromHere() {
        return line.stream().filter(seat -> here.contains(seat.nodeNo()));
    }

    private void seatTheOthers() {
        List<Seat> all = wholeLine.apply(List.copyOf(line));
        line.clear();
        all.stream().filter(Seat::open).forEach(line::add);
        line.forEach(seat -> waiting.add(seat.nodeNo()));
        whole = true;
    }

    /** The place in the line of the node that should take a task: the first in turn of those whom least speaks against; or -1. */
    private int best(Candidate task) {
        int best = -1;
        int least = Integer.MAX_VALUE;
        for (int i = 0; i < line.size() && least > 0; i++) {
            Seat seat = line.get(i);
            if (mayTake(seat.nodeNo(), seat.floor(), seat.space(), seat.guessing(), task)) {
                int reluctance = reluctance(seat, task);
                if (reluctance < least) {
                    least = reluctance;
                    best = i;
                }
            }
        }
        return best;
    }

    private void give(int place, Candidate task) {
        Seat seat = line.remove(place);
        long reserved = task.sizeBytes() == null ? Math.min(unknownSize, seat.space()) : task.sizeBytes();
        grants.add(new Grant(task, seat, reserved));
        headroom.take(task.hostNo());
        Seat after = seat.taking(reserved, task.sizeBytes() == null);
        if (after.open()) {
            line.addLast(after);
        } else if (here.contains(seat.nodeNo())) {
            hungry--;
        }
    }

    private boolean somebodyBetterIsAbout(Candidate task, int reluctance) {
        return task.waited().compareTo(patience) < 0
                && bystanders.get().stream()
                        .filter(other -> !waiting.contains(other.nodeNo()))
                        .anyMatch(other -> mayTake(other.nodeNo(), other.floor(), other.space(), other.guessing(), task)
                                && reluctance(other.nodeNo(), other.voice(), other.region(), other.doubtful(), task)
                                        < reluctance);
    }

    private boolean mayTake(int nodeNo, int floor, long space, boolean guessing, Candidate task) {
        return task.place().priority() >= floor
                && fits(space, guessing, task)
                && !task.holders().contains(nodeNo)
                && !task.fullDisks().contains(nodeNo)
                && given(task).noneMatch(grant -> grant.seat().nodeNo() == nodeNo);
    }

    private int reluctance(Seat seat, Candidate task) {
        return reluctance(seat.nodeNo(), seat.voice(), seat.region(), seat.doubtful(), task);
    }

    /** How much rather another node should take a task: the sum of what speaks against this one, the gravest first. */
    private int reluctance(int nodeNo, String voice, @Nullable String region, boolean doubtful, Candidate task) {
        boolean sameOperator = task.voices().contains(voice)
                || given(task).anyMatch(grant -> grant.seat().voice().equals(voice));
        boolean sameRegion = region != null
                && (task.regions().contains(region)
                        || given(task)
                                .anyMatch(grant -> region.equals(grant.seat().region())));
        return (doubtful ? 8 : 0)
                + (task.failed().contains(nodeNo) ? 4 : 0)
                + (sameOperator ? 2 : 0)
                + (sameRegion ? 1 : 0);
    }

    /** Copies of the same task given in this round: they stand one after the other in the order of work. */
    private Stream<Grant> given(Candidate task) {
        return grants.reversed().stream()
                .takeWhile(
                        grant -> grant.task().place().taskId() == task.place().taskId());
    }

    private boolean fits(long space, boolean guessing, Candidate task) {
        return task.sizeBytes() == null
                ? space >= unknownSize
                        || (space > 0 && !guessing && task.fullDisks().isEmpty())
                : task.sizeBytes() <= space;
    }

    /**
     * A node in the line.
     *
     * @param region where it is; null when it does not say
     * @param doubtful whether its copies keep being rejected
     * @param space bytes that it can still take
     * @param guessing whether it works on a task of unknown size
     * @param floor the lowest priority that it wants
     * @param wanted how many tasks it can still take
     */
    record Seat(
            int nodeNo,
            String voice,
            @Nullable String region,
            boolean doubtful,
            long space,
            boolean guessing,
            int floor,
            int wanted) {

        boolean open() {
            return wanted > 0 && space > 0;
        }

        Seat taking(long bytes, boolean unknown) {
            return new Seat(nodeNo, voice, region, doubtful, space - bytes, guessing || unknown, floor, wanted - 1);
        }
    }

    /** A task for a node, as it sat when it got it, with the bytes that it reserves. */
    record Grant(Candidate task, Seat seat, long reservedBytes) {}
}
