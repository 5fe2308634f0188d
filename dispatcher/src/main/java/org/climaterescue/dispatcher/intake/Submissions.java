package org.climaterescue.dispatcher.intake;

import jakarta.inject.Singleton;
import jakarta.validation.ConstraintViolationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.climaterescue.db.StorageFailure;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.intake.Description;
import org.climaterescue.db.intake.FirstTask;
import org.climaterescue.db.intake.Intake;
import org.climaterescue.db.intake.Reception;
import org.climaterescue.db.intake.Submission;
import org.climaterescue.db.intake.Tally;
import org.climaterescue.db.intake.Terms;
import org.climaterescue.dispatcher.bell.WorkBell;
import org.climaterescue.dispatcher.problem.Checks;
import org.climaterescue.dispatcher.service.InstanceId;
import org.climaterescue.dispatcher.settings.Settings;
import org.climaterescue.protocol.Sha256;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks requests and takes them in. */
@Singleton
public final class Submissions {

    /** What the client is told of a submission that cannot be stored. */
    public static final String UNSTORABLE =
            "a member holds a value that the database cannot store; send it without control characters";

    private static final Logger LOG = LoggerFactory.getLogger(Submissions.class);

    private final Settings.Rescue settings;
    private final String instance;
    private final Checks checks;
    private final Transactions transactions;
    private final WorkBell bell;
    private final LongAdder accepted = new LongAdder();
    private final LongAdder byRequest = new LongAdder();
    private final LongAdder byUrl = new LongAdder();
    private final LongAdder otherBody = new LongAdder();
    private final LongAdder rejected = new LongAdder();

    Submissions(Settings settings, InstanceId instance, Checks checks, Transactions transactions, WorkBell bell) {
        this.settings = settings.rescue();
        this.instance = instance.value();
        this.checks = checks;
        this.transactions = transactions;
        this.bell = bell;
    }

    /**
     * Checks a request and fills in its defaults.
     *
     * @throws ConstraintViolationException when a member is missing or out of range
     * @throws org.climaterescue.dispatcher.problem.ProblemException 400 when the URL or the payload cannot be used
     */
    public Submission check(TaskRequest request) {
        try {
            return usable(request);
        } catch (RuntimeException refused) {
            rejected.increment();
            throw refused;
        }
    }

    private Submission usable(TaskRequest request) {
        checks.require(request);
        String payload = Payloads.text(request.payload());
        var description = new Description(
                filled(request.name()),
                filled(request.dataset()),
                filled(request.organization()),
                request.sizeBytes(),
                request.sha256() == null ? null : Sha256.parse(request.sha256()),
                request.priority());
        int copies = request.copies() == null ? settings.copies() : request.copies();
        String id = request.requestId();
        return new Submission(
                id == null
                        ? null
                        : new Submission.Request(id, Fingerprint.of(complete(request, description, copies, payload))),
                CanonicalUrl.of(request.datasetUrl()),
                description,
                copies,
                payload);
    }

    private static TaskRequest complete(
            TaskRequest request, Description description, int copies, @Nullable String payload) {
        return new TaskRequest(
                request.requestId(),
                request.datasetUrl(),
                description.name(),
                description.dataset(),
                description.organization(),
                description.sizeBytes(),
                request.sha256() == null ? null : request.sha256().toLowerCase(Locale.ROOT),
                request.priority() == null ? Description.USUAL_PRIORITY : request.priority(),
                copies,
                payload == null ? null : request.payload());
    }

    private static @Nullable String filled(@Nullable String text) {
        return text == null || text.isBlank() ? null : text;
    }

    /** What holds for submissions that come to this instance now. */
    public Terms terms(@Nullable Integer catalogNo) {
        return new Terms(settings.dedupWindow(), instance, catalogNo);
    }

    /**
     * Takes submissions as if one after the other; those that the database refuses are told apart from the others.
     *
     * @return an answer for each, in order
     * @throws StorageFailure when the database is away or at fault; nothing is stored then
     */
    public List<Taken> take(List<Submission> submissions) {
        List<Taken> taken = takeAll(submissions);
        Tally tally = Tally.of(taken.stream()
                .flatMap(one ->
                        one instanceof Taken.Answered(Reception reception) ? Stream.of(reception) : Stream.empty())
                .toList());
        count(tally);
        if (tally.accepted() > 0) {
            bell.ring();
        }
        return taken;
    }

    /** Counts what became of submissions once that is committed; also of those that a catalog gives. */
    public void count(Tally tally) {
        accepted.add(tally.accepted());
        byRequest.add(tally.byRequest());
        byUrl.add(tally.byUrl());
        otherBody.add(tally.otherBody());
    }

    /** What could not be used, singly, in bulk and in catalogs, at this instance since its start. */
    public long rejected() {
        return rejected.sum();
    }

    /** What came to this instance since its start, singly, in bulk and in catalogs. */
    public Counters counters() {
        return Counters.of(new Tally(accepted.sum(), byRequest.sum(), byUrl.sum(), otherBody.sum()));
    }

    private List<Taken> takeAll(List<Submission> submissions) {
        try {
            return transactions.in(connection -> Intake.take(connection, submissions, terms(null))).stream()
                    .<Taken>map(Taken.Answered::new)
                    .toList();
        } catch (StorageFailure refused) {
            if (!refused.refusesValue()) {
                throw refused;
            }
            if (submissions.size() == 1) {
                LOG.warn("a submission that passed its checks cannot be stored", refused);
                return List.of(new Taken.Unstorable());
            }
            List<Taken> singly = new ArrayList<>();
            submissions.forEach(one -> singly.addAll(takeAll(List.of(one))));
            return singly;
        }
    }

    /** The tasks that duplicates are told about, by number. */
    Map<Long, FirstTask> first(Set<Long> taskIds) {
        return transactions.in(connection -> FirstTask.read(connection, taskIds));
    }

    /**
     * How often something was submitted that had been submitted before.
     *
     * @param submitted requests, lines and records that could be used: the accepted, the duplicates and {@code otherBody}
     * @param duplicates all of them; each was told of the first one's task, or is counted by its catalog
     * @param duplicatesByRequestId those that repeated a request id and its body
     * @param duplicatesByUrl those that repeated a URL within the window, or a record of their own catalog
     * @param otherBody those that repeated a request id with another body, and were refused
     * @param rate the share of duplicates among the submitted, 0 to 1
     */
    public record Counters(
            long submitted,
            long accepted,
            long duplicates,
            long duplicatesByRequestId,
            long duplicatesByUrl,
            long otherBody,
            double rate) {

        /** With the sums and the rate that follow from it. */
        public static Counters of(Tally tally) {
            long duplicates = tally.byRequest() + tally.byUrl();
            long submitted = tally.accepted() + duplicates + tally.otherBody();
            return new Counters(
                    submitted,
                    tally.accepted(),
                    duplicates,
                    tally.byRequest(),
                    tally.byUrl(),
                    tally.otherBody(),
                    submitted == 0 ? 0 : (double) duplicates / submitted);
        }
    }

    /** What came of one submission. */
    public sealed interface Taken {

        /** The state of record has answered. */
        record Answered(Reception reception) implements Taken {}

        /** The database cannot store a value of it. */
        record Unstorable() implements Taken {}
    }
}
