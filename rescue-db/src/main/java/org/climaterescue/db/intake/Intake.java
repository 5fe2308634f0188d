package org.climaterescue.db.intake;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.climaterescue.db.Sql;
import org.climaterescue.protocol.Sha256;
import org.jspecify.annotations.Nullable;

/** The one path by which tasks come into the state of record. */
public final class Intake {

    private final Connection connection;
    private final Terms terms;
    private final List<Submission> submissions;
    private final @Nullable Reception[] answers;
    private final Instant now;

    private Intake(Connection connection, List<Submission> submissions, Terms terms, Instant now) {
        this.connection = connection;
        this.terms = terms;
        this.submissions = submissions;
        this.answers = new Reception[submissions.size()];
        this.now = now;
    }

    /**
     * Takes submissions as if one after the other, in a handful of statements. Needs an open transaction, which must hold no
     * lock on any host, request or capture row.
     *
     * @return an answer for each submission, in order
     */
    public static List<Reception> take(Connection connection, List<Submission> submissions, Terms terms)
            throws SQLException {
        if (submissions.isEmpty()) {
            return List.of();
        }
        Instant now = Sql.of(connection, "select clock_timestamp() as now").one(row -> row.time("now"));
        return new Intake(connection, submissions, terms, now).run();
    }

    /** Gives these origin servers numbers ahead of the first submission that names them. */
    public static Map<String, Integer> hosts(Connection connection, Set<String> names) throws SQLException {
        return Hosts.numbers(connection, new TreeSet<>(names));
    }

    private List<Reception> run() throws SQLException {
        Map<String, Integer> hosts = Hosts.numbers(
                connection,
                new TreeSet<>(submissions.stream().map(one -> one.url().host()).toList()));
        List<Integer> open = new ArrayList<>();
        for (int i = 0; i < submissions.size(); i++) {
            open.add(i);
        }
        // One round nearly always. A further one is for submissions that lost a key to another transaction, and for
        // those that share a key with an earlier one of their own chunk: by then its rows tell how to answer them.
        while (!open.isEmpty()) {
            open = round(open, hosts);
        }
        List<Reception> all = new ArrayList<>(answers.length);
        for (Reception answer : answers) {
            if (answer == null) {
                throw new IllegalStateException("a submission was left without an answer");
            }
            all.add(answer);
        }
        return all;
    }

    private List<Integer> round(List<Integer> open, Map<String, Integer> hosts) throws SQLException {
        KnownRequests known = KnownRequests.read(
                connection, open.stream().map(submissions::get).toList());
        List<Integer> fresh = new ArrayList<>();
        List<Integer> later = new ArrayList<>();
        Set<Object> keys = new HashSet<>();
        for (int i : open) {
            Submission one = submissions.get(i);
            Reception answer = known.answer(one);
            if (answer != null) {
                answers[i] = answer;
                continue;
            }
            boolean firstOfUrl = keys.add(one.url().key());
            boolean firstOfRequest =
                    one.request() == null || keys.add(one.request().id());
            (firstOfUrl && firstOfRequest ? fresh : later).add(i);
        }
        if (!fresh.isEmpty()) {
            later.addAll(settle(fresh, hosts));
            Collections.sort(later);
        }
        return later;
    }

    /** Competes for the keys of submissions; gives back those that must look again. */
    private List<Integer> settle(List<Integer> fresh, Map<String, Integer> hosts) throws SQLException {
        long[] ids = Sql.of(
                        connection, "select nextval('task_number') as task_id from generate_series(1, ?)", fresh.size())
                .list(row -> row.number("task_id"))
                .stream()
                .mapToLong(Long::longValue)
                .sorted()
                .toArray();
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < ids.length; i++) {
            int index = fresh.get(i);
            Submission one = submissions.get(index);
            candidates.add(new Candidate(
                    index, ids[i], Objects.requireNonNull(hosts.get(one.url().host())), one));
        }
        Keys.Outcome outcome = Keys.compete(connection, candidates, now, cutoff());
        List<Candidate> won = new ArrayList<>();
        List<Integer> again = new ArrayList<>();
        for (Candidate one : candidates) {
            Long first = outcome.first().get(one.key());
            if (outcome.won().contains(one.taskId())) {
                won.add(one);
                answers[one.index()] = new Reception.Accepted(one.taskId(), now);
            } else if (first != null) {
                answers[one.index()] = new Reception.Duplicate(first, Reception.Key.URL);
            } else {
                again.add(one.index());
            }
        }
        NewTasks.write(connection, won, terms, now);
        return again;
    }

    /** A URL that was taken at this moment or before may be taken again. */
    private Instant cutoff() {
        return now.minus(terms.dedupWindow());
    }

    /**
     * A submission that nobody has taken yet, with the number that its task will have.
     *
     * @param index its place among the submissions
     */
    record Candidate(int index, long taskId, int hostNo, Submission submission) {

        Sha256 key() {
            return submission.url().key();
        }
    }
}
