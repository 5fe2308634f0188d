package org.climaterescue.agent;

import java.io.IOException;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.climaterescue.agent.fetch.FetchFailure;
import org.climaterescue.agent.fetch.Fetched;
import org.climaterescue.agent.fetch.Fetcher;
import org.climaterescue.agent.fetch.StopSignal;
import org.climaterescue.agent.fetch.StoppedException;
import org.climaterescue.agent.fetch.Transfer;
import org.climaterescue.agent.store.Partial;
import org.climaterescue.agent.store.Space;
import org.climaterescue.agent.store.Store;
import org.climaterescue.agent.store.StoredCopy;
import org.climaterescue.protocol.AssignedTask;
import org.climaterescue.protocol.FailureReason;
import org.climaterescue.protocol.OriginUrl;

/**
 * Turns a task into a file on disk, by the shortest way: the copy that the node already holds for the task, or one with the
 * digest that the task asks for, or one that the origin says is still current, or else a download. Thread-safe.
 */
final class Rescuer {

    /** After these a left-over part is of no use to a later try. */
    private static final Set<FailureReason> HOPELESS = EnumSet.of(
            FailureReason.GONE,
            FailureReason.FORBIDDEN,
            FailureReason.TOO_LARGE,
            FailureReason.DIGEST_MISMATCH,
            FailureReason.DISK_FULL);

    private final Store store;
    private final Space space;
    private final Fetcher fetcher;

    /** URLs at work. A lease that was lost may come back to this node while the first download still runs. */
    private final ConcurrentHashMap<String, CountDownLatch> atWork = new ConcurrentHashMap<>();

    Rescuer(Store store, Space space, Fetcher fetcher) {
        this.store = store;
        this.space = space;
        this.fetcher = fetcher;
    }

    /**
     * Works on a task until it is done, cannot be done, or is stopped.
     *
     * @param progress told the bytes on disk
     * @param size told what the whole file has, as soon as the origin says it
     * @param unwanted asked after a stop: whether nobody wants the file any more, so that its part need not be kept
     */
    Outcome rescue(
            AssignedTask task, LongConsumer progress, LongConsumer size, StopSignal stop, BooleanSupplier unwanted)
            throws InterruptedException {
        Optional<OriginUrl> url = OriginUrl.parse(task.datasetUrl());
        if (url.isEmpty()) {
            return failed(Fetcher.unsupported(task.datasetUrl()));
        }
        String key = url.get().toString();
        CountDownLatch mine = new CountDownLatch(1);
        CountDownLatch others;
        while ((others = atWork.putIfAbsent(key, mine)) != null) {
            if (stop.isStopped()) {
                return new Outcome.Stopped();
            }
            others.await(1, TimeUnit.SECONDS);
        }
        try {
            return held(task, url.get(), progress, size, stop, unwanted);
        } catch (FetchFailure failure) {
            return failed(failure);
        } catch (IOException disk) {
            return failed(FetchFailure.ofDisk(disk));
        } catch (StoppedException stopped) {
            return new Outcome.Stopped();
        } finally {
            atWork.remove(key);
            mine.countDown();
        }
    }

    private Outcome held(
            AssignedTask task,
            OriginUrl url,
            LongConsumer progress,
            LongConsumer size,
            StopSignal stop,
            BooleanSupplier unwanted)
            throws IOException, FetchFailure, StoppedException, InterruptedException {
        Optional<StoredCopy> same = store.ofTask(task.taskId());
        if (same.isPresent()) {
            return new Outcome.Held(same.get());
        }
        Optional<StoredCopy> earlier = store.ofUrl(url);
        if (earlier.isPresent() && earlier.get().sha256().equals(wantedDigest(task))) {
            return new Outcome.Held(store.alsoFor(earlier.get(), task.taskId()));
        }
        try (Space.Claim room = space.claim();
                Partial partial = store.partial(url)) {
            if (!partial.recover(progress, stop::isStopped)) {
                return new Outcome.Stopped();
            }
            room.wrote(partial.size());
            Transfer transfer = new Transfer(url, partial, earlier.orElse(null), room, progress, size, stop);
            Fetched fetched;
            try {
                fetched = fetcher.fetch(transfer);
                check(task, fetched, transfer);
            } catch (FetchFailure failure) {
                if (HOPELESS.contains(failure.reason())) {
                    partial.discard();
                }
                throw failure;
            } catch (StoppedException stopped) {
                if (unwanted.getAsBoolean()) {
                    partial.discard();
                }
                throw stopped;
            }
            StoredCopy copy = switch (fetched) {
                case COMPLETE -> store.keep(partial, url, task.taskId());
                case UNCHANGED -> store.alsoFor(earlier.orElseThrow(), task.taskId());
            };
            return new Outcome.Held(copy);
        }
    }

    private static void check(AssignedTask task, Fetched fetched, Transfer transfer) throws FetchFailure {
        StoredCopy earlier = transfer.held();
        String digest = fetched == Fetched.UNCHANGED && earlier != null
                ? earlier.sha256()
                : transfer.partial().sha256();
        String wanted = wantedDigest(task);
        if (!wanted.isEmpty() && !wanted.equals(digest)) {
            throw new FetchFailure(
                    FailureReason.DIGEST_MISMATCH,
                    "the file has the SHA-256 " + digest + ", the catalog says " + wanted);
        }
    }

    /** In lower case; empty when the task asks for none. */
    private static String wantedDigest(AssignedTask task) {
        return task.sha256() == null ? "" : task.sha256().toLowerCase(Locale.ROOT);
    }

    private static Outcome.Failed failed(FetchFailure failure) {
        return new Outcome.Failed(
                failure.reason(), failure.detail(), failure.httpStatus(), failure.retryAfterSeconds());
    }
}
