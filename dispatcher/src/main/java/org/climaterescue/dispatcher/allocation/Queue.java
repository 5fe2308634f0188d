package org.climaterescue.dispatcher.allocation;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.stream.Collectors;
import org.climaterescue.db.Pipeline;
import org.climaterescue.db.Pipeline.Reply;
import org.climaterescue.db.allocation.ReadyQueue;
import org.climaterescue.db.allocation.ReadyQueue.Appetite;
import org.climaterescue.db.allocation.ReadyQueue.Candidate;
import org.climaterescue.db.allocation.ReadyQueue.Place;
import org.climaterescue.db.allocation.ReadyQueue.Stretch;
import org.climaterescue.db.host.Headroom;
import org.climaterescue.dispatcher.allocation.WaitingRoom.Caller;

/**
 * Offers the queue in the order of work for one round.
 *
 * <p>Mostly the first rows are enough, and the next ones as long as most are taken. When they are not, they may all be of hosts
 * that stand no more, a million of them; so from there on only the rows of the other hosts are read, a few of each, and merged in the order of work. A queue full of
 * tasks that those who ask may not take is gone through over several rounds.
 */
final class Queue {

    private static final int SMALLEST_PAGE = 64;
    private static final int LARGEST_PAGE = 1000;
    private static final int ROWS_PER_WANTED = 4;

    /** A host is in the way when one row of so many is its own. */
    private static final int GOOD_PART = 4;

    /** A round keeps those of all dispatchers waiting, so it must not go through a million tasks that nobody can take. */
    private static final int MOST_ROWS = 20_000;

    private final Connection connection;
    private final ReadyQueue rows;
    private final Headroom headroom;
    private final Duration fullFor;
    private Set<Integer> inTheWay = Set.of();

    Queue(Connection connection, ReadyQueue rows, Headroom headroom, Duration fullFor) {
        this.connection = connection;
        this.rows = rows;
        this.headroom = headroom;
        this.fullFor = fullFor;
    }

    /**
     * Adds the read of the first rows to a pipeline. What nodes hold is not known yet, so these are the rows that somebody of
     * those who ask could take if he held nothing.
     *
     * @param space of those who ask, see {@link #space}
     * @param after where the queue begins: nothing that fits is there up to this place
     */
    static FirstPage firstPage(
            Pipeline reads, ReadyQueue rows, List<Caller> line, long space, Place after, Duration fullFor)
            throws SQLException {
        long wanted = 0;
        int floor = 10;
        for (Caller caller : line) {
            wanted += caller.request().wanted();
            floor = Math.min(floor, caller.request().floor());
        }
        int size = pageFor(wanted);
        return new FirstPage(after, size, rows.page(reads, after, new Appetite(floor, space, true, fullFor), size));
    }

    /** The largest file that any of those who ask could take if he held nothing, in bytes. */
    static long space(List<Caller> line) {
        return line.stream()
                .mapToLong(caller -> caller.request().capacityBytes())
                .max()
                .orElse(0);
    }

    /**
     * Offers what is ahead of the first rows, of hosts that were left behind because they stood no more, and that stand more now.
     *
     * @return whether they are worth being left behind further on: not when one of them has nothing there for those who ask, or so much
     *     that went to nobody that there is more to be looked at
     */
    boolean offerPassed(AllocationPolicy policy, FirstPage first, Set<Integer> hosts) throws SQLException {
        List<Integer> open = open(hosts);
        if (open.isEmpty() || !policy.hungry()) {
            return true;
        }
        Set<Integer> found = new HashSet<>();
        Place next = offerInOrder(policy, open, new Stretch(Place.START, first.after), SMALLEST_PAGE, found);
        return next.equals(Place.START) && found.containsAll(open);
    }

    /** Hosts that stand no more, each with a good part of a page where the queue begins of which little was taken; mostly none. */
    Set<Integer> inTheWay() {
        return inTheWay;
    }

    /**
     * Offers the first rows, and then the others from a place on, until nobody can take more, nothing is left, or so much was
     * read that others have waited long enough.
     *
     * @param goOnAt where the round before stopped
     * @return where the next one goes on
     */
    Place offerTo(AllocationPolicy policy, FirstPage first, Place goOnAt) throws SQLException {
        if (!policy.hungry()) {
            return goOnAt;
        }
        List<Candidate> page = first.rows.get();
        int size = first.size;
        for (int offered = 0; ; ) {
            long before = policy.wanted();
            page.forEach(policy::offer);
            offered += page.size();
            if (!policy.hungry() || page.size() < size) {
                return Place.START;
            }
            Place read = page.getLast().place();
            if (offered >= MOST_ROWS) {
                return read;
            }
            size = pageFor(policy.wanted());
            if ((before - policy.wanted()) * 2 < page.size()) {
                inTheWay = fillers(page);
                Place after = read.compareTo(goOnAt) > 0 ? read : goOnAt;
                return offerInOrder(
                        policy, open(rows.hosts(connection)), new Stretch(after, Place.END), size, new HashSet<>());
            }
            // Most of them were taken: so will be those that come next.
            page = rows.page(connection, read, appetite(policy), size);
        }
    }

    /** A few rows more than are wanted: mostly nearly all of them can be given. */
    private static int pageFor(long wanted) {
        return Math.clamp(wanted + wanted / 4, SMALLEST_PAGE, LARGEST_PAGE);
    }

    private Set<Integer> fillers(List<Candidate> page) {
        Map<Integer, Long> rowsOf =
                page.stream().collect(Collectors.groupingBy(Candidate::hostNo, Collectors.counting()));
        return rowsOf.entrySet().stream()
                .filter(host -> headroom.of(host.getKey()) == 0 && host.getValue() * GOOD_PART >= page.size())
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    private List<Integer> open(Collection<Integer> hosts) {
        return hosts.stream().filter(host -> headroom.of(host) > 0).toList();
    }

    /**
     * Offers the rows of these hosts that are on a stretch of the queue, in the order of work.
     *
     * @param found filled with the hosts that have any there
     * @return where the next round goes on
     */
    private Place offerInOrder(
            AllocationPolicy policy, List<Integer> hosts, Stretch stretch, int page, Set<Integer> found)
            throws SQLException {
        if (hosts.isEmpty() || !policy.hungry()) {
            return Place.START;
        }
        int each = Math.clamp(page / hosts.size(), ROWS_PER_WANTED, page);
        Map<Integer, List<Candidate>> byHost =
                rows.pageOfHosts(connection, hosts, stretch, appetite(policy), each).stream()
                        .collect(Collectors.groupingBy(Candidate::hostNo));
        found.addAll(byHost.keySet());
        var heads = new PriorityQueue<Line>();
        byHost.forEach((host, tasks) -> heads.add(new Line(host, tasks, each)));
        Place place = stretch.after();
        for (int offered = 0; policy.hungry() && !heads.isEmpty(); offered++) {
            if (offered == MOST_ROWS) {
                return place;
            }
            Line line = heads.remove();
            Candidate task = line.tasks.removeFirst();
            place = task.place();
            policy.offer(task);
            if (headroom.of(line.host) == 0) {
                continue;
            }
            if (!line.tasks.isEmpty()) {
                heads.add(line);
            } else if (line.more) {
                List<Candidate> next = rows.pageOfHosts(
                        connection, List.of(line.host), new Stretch(place, stretch.upTo()), appetite(policy), page);
                if (!next.isEmpty()) {
                    heads.add(new Line(line.host, next, page));
                }
            }
        }
        return Place.START;
    }

    private Appetite appetite(AllocationPolicy policy) {
        return new Appetite(policy.lowestFloor(), policy.largestSpace(), policy.anyForUnknown(), fullFor);
    }

    /** The rows that come first in the order of work after a place, {@code size} of them unless there are fewer. */
    record FirstPage(Place after, int size, Reply<List<Candidate>> rows) {}

    /** What has been read of one host and not offered yet; never empty while it is compared. */
    private static final class Line implements Comparable<Line> {

        private final int host;
        private final ArrayDeque<Candidate> tasks;
        private final boolean more;

        Line(int host, List<Candidate> tasks, int asked) {
            this.host = host;
            this.tasks = new ArrayDeque<>(tasks);
            this.more = tasks.size() == asked;
        }

        @Override
        public int compareTo(Line other) {
            return tasks.getFirst().place().compareTo(other.tasks.getFirst().place());
        }
    }
}
