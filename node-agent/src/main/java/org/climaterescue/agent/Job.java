package org.climaterescue.agent;

import java.io.IOException;
import java.util.Optional;
import org.climaterescue.agent.fetch.StopSignal;
import org.climaterescue.agent.link.DispatcherClient;
import org.climaterescue.agent.link.Reply;
import org.climaterescue.agent.store.StoredCopy;
import org.climaterescue.protocol.AssignedTask;
import org.climaterescue.protocol.Completion;
import org.climaterescue.protocol.Failure;
import org.climaterescue.protocol.Heartbeat;
import org.climaterescue.protocol.Limits;
import org.climaterescue.protocol.Release;
import org.climaterescue.protocol.StopReason;
import org.climaterescue.protocol.Texts;
import org.jspecify.annotations.Nullable;

/** One assignment, from the moment it is given until the dispatcher has answered for what became of it. */
final class Job {

    private static final int MAX_ETAG = 1024;
    private static final int MAX_HEADER = 256;

    /** The reason for a stop that is the agent's own. */
    static final String CLOSING = "the agent is closing";

    private final AssignedTask task;
    private final Download download;
    private final Rescuer rescuer;
    private final Session session;
    private final DispatcherClient client;
    private final AgentListener listener;
    private final Connectivity connectivity;
    private final StopSignal stop = new StopSignal();

    /** Reports are not cut off by the end of the download, but by the end of the agent. */
    private final StopSignal ended;

    /** Told that a download has learned how large its file is. */
    private final Runnable onSize;

    /** Whether the origin has sent anything; only the download itself reads and writes it. */
    private boolean answered;

    private volatile long bytesDone;

    /** What the origin says that the file has, and what of it the dispatcher knows. */
    private volatile @Nullable Long size;

    private volatile @Nullable Long knownSize;
    private volatile @Nullable String stopReason;

    Job(
            AssignedTask task,
            Rescuer rescuer,
            Session session,
            DispatcherClient client,
            AgentListener listener,
            Connectivity connectivity,
            StopSignal ended,
            Runnable onSize) {
        this.task = task;
        this.download = Download.of(task);
        this.rescuer = rescuer;
        this.session = session;
        this.client = client;
        this.listener = listener;
        this.connectivity = connectivity;
        this.ended = ended;
        this.onSize = onSize;
        this.knownSize = task.sizeBytes();
    }

    String assignmentId() {
        return task.assignmentId();
    }

    /** How far it is, for a heartbeat. */
    Heartbeat.Progress progress() {
        return new Heartbeat.Progress(task.assignmentId(), bytesDone, size);
    }

    /** The dispatcher has taken this in. */
    void heard(Heartbeat.Progress said) {
        if (said.sizeBytes() != null) {
            knownSize = said.sizeBytes();
        }
    }

    /** Whether the dispatcher reserves something else than the origin says that the file has. */
    boolean hasNews() {
        Long learned = size;
        return learned != null && !learned.equals(knownSize);
    }

    /** Stops the download, if it still runs. A file that is complete is reported all the same. */
    void stop(String why) {
        stopReason = why;
        stop.stop();
    }

    /** Does the work and reports it; returns when there is nothing left to say. */
    void run() throws InterruptedException, AgentException, IOException {
        listener.started(download);
        switch (rescuer.rescue(task, this::progressed, this::sized, stop, this::isUnwanted)) {
            case Outcome.Held(StoredCopy copy) -> {
                bytesDone = copy.size();
                listener.stored(download, copy);
                report(session.untilAnswered(
                        me -> client.complete(task.assignmentId(), completion(copy, me.nodeId()), me.token(), ended)));
            }
            case Outcome.Failed failed -> {
                listener.failed(download, failed.reason(), failed.detail());
                connectivity.failed(failed.reason(), task.datasetUrl());
                report(session.untilAnswered(
                        me -> client.fail(task.assignmentId(), failure(failed, me.nodeId()), me.token(), ended)));
            }
            case Outcome.Stopped _ -> {
                String why = Optional.ofNullable(stopReason).orElse("stopped");
                listener.stopped(download, why);
                if (why.equals(CLOSING)) {
                    release();
                }
            }
        }
    }

    private boolean isUnwanted() {
        String why = stopReason;
        return StopReason.CANCELLED.wire().equals(why)
                || StopReason.TARGET_MET.wire().equals(why);
    }

    private void release() {
        Session.Membership as = session.membership();
        if (as != null && !session.isLost()) {
            session.once(as, me -> client.release(task.assignmentId(), new Release(me.nodeId()), me.token(), ended));
        }
    }

    private void progressed(long bytes) {
        if (!answered) {
            // Not only at the end, which may be a day away: until then a machine that was offline would take one task
            // at a time.
            answered = true;
            connectivity.reached();
        }
        bytesDone = bytes;
        listener.progressed(download, bytes);
    }

    private void sized(long total) {
        size = total;
        if (hasNews()) {
            onSize.run();
        }
    }

    private void report(@Nullable Reply<?> reply) {
        switch (reply) {
            case null -> {}
            case Reply.Answered<?>(Completion.Result result) -> listener.reported(download, result);
            case Reply.Refused<?> refused ->
                listener.refused(download, refused.status() + " " + refused.code() + ": " + refused.detail());
            case Reply.Answered<?> _, Reply.Away<?> _ -> {}
        }
    }

    private static Completion completion(StoredCopy copy, String nodeId) {
        return new Completion(
                nodeId,
                copy.sha256(),
                copy.size(),
                upTo(MAX_ETAG, copy.etag()),
                upTo(MAX_HEADER, copy.lastModified()),
                upTo(MAX_HEADER, copy.contentType()),
                null);
    }

    private Failure failure(Outcome.Failed failed, String nodeId) {
        String detail = failed.detail();
        return new Failure(
                nodeId,
                failed.reason(),
                Texts.storable(detail)
                        ? detail.substring(0, Math.min(detail.length(), Limits.DETAIL_LENGTH / 2))
                        : null,
                failed.httpStatus(),
                failed.retryAfterSeconds(),
                size);
    }

    /** Leaves out what is longer than the contract takes: half an entity tag would be a wrong one. */
    private static @Nullable String upTo(int most, @Nullable String text) {
        return text == null || text.length() > most || !Texts.storable(text) ? null : text;
    }
}
