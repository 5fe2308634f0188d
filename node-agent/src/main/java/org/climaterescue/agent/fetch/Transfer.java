package org.climaterescue.agent.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongConsumer;
import org.climaterescue.agent.store.OriginFacts;
import org.climaterescue.agent.store.Partial;
import org.climaterescue.agent.store.Space;
import org.climaterescue.agent.store.StoredCopy;
import org.climaterescue.protocol.FailureReason;
import org.climaterescue.protocol.OriginUrl;
import org.jspecify.annotations.Nullable;

/**
 * One file on its way from an origin to the disk.
 *
 * @param url where it is
 * @param partial where its bytes go, with what an earlier run left of them
 * @param held the copy of the same URL that the node holds for another task; null if it holds none
 * @param room the space that it may take
 * @param progress told the bytes on disk
 * @param size told what the whole file has, as soon as the origin says it
 * @param stop tells it to stop
 */
public record Transfer(
        OriginUrl url,
        Partial partial,
        @Nullable StoredCopy held,
        Space.Claim room,
        LongConsumer progress,
        LongConsumer size,
        StopSignal stop) {

    private static final int BLOCK = 1 << 15;

    /** Begins the file anew: what comes next is its first byte. */
    void begin(OriginFacts facts) throws FetchFailure {
        try {
            partial.restart(facts);
            advanced();
        } catch (IOException disk) {
            throw FetchFailure.ofDisk(disk);
        }
        if (facts.total() != null) {
            claim(facts.total());
        }
    }

    /** Makes sure that the whole file fits, before its bytes come. */
    void claim(long total) throws FetchFailure {
        size.accept(total);
        try {
            long fits = room.roomForExactly(total);
            if (fits < total) {
                throw new FetchFailure(
                        FailureReason.DISK_FULL,
                        "the file has " + total + " bytes and there is room for " + Math.max(0, fits));
            }
        } catch (IOException disk) {
            throw FetchFailure.ofDisk(disk);
        }
    }

    /** Forgets what is here, so that the next try begins anew. */
    void forget() throws FetchFailure {
        begin(new OriginFacts(null, null, null, null, null));
    }

    /** Writes a stream down to its end. An I/O error of the stream is the caller's; one of the disk is a failure. */
    void copy(InputStream in) throws IOException, FetchFailure, StoppedException {
        byte[] block = new byte[BLOCK];
        while (true) {
            stop.check();
            int length = in.read(block);
            if (length < 0) {
                return;
            }
            write(block, length);
        }
    }

    private void write(byte[] block, int length) throws FetchFailure {
        try {
            long after = partial.size() + length;
            if (room.room(after) < after) {
                throw new FetchFailure(
                        FailureReason.DISK_FULL,
                        "the file has more than " + after + " bytes and there is no room left");
            }
            partial.write(block, length);
            advanced();
        } catch (IOException disk) {
            throw FetchFailure.ofDisk(disk);
        }
    }

    private void advanced() {
        room.wrote(partial.size());
        progress.accept(partial.size());
    }
}
