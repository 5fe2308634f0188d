package org.climaterescue.agent.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.climaterescue.protocol.Json;
import org.climaterescue.protocol.OriginUrl;
import org.climaterescue.protocol.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * A download that is not complete: the bytes so far, their running digest, and what the origin said about them.
 *
 * <p>From time to time, and when it is closed, the bytes are synced and a note beside them records how many there are and
 * their digest. After a crash exactly these bytes count again, and only if they still have that digest: what a file system
 * makes of unsynced bytes is never trusted.
 *
 * <p>For one thread.
 */
public final class Partial implements Closeable {

    private static final long CHECKPOINT_BYTES = 64L << 20;
    private static final long CHECKPOINT_NANOS = Duration.ofSeconds(5).toNanos();

    /**
     * What stands beside the bytes.
     *
     * @param durableBytes the bytes that were synced
     * @param prefixSha256 their digest
     * @param finishing the copy that the whole file is about to become; null while it is not whole
     */
    record Note(
            @Nullable OriginFacts facts,
            long durableBytes,
            String prefixSha256,
            @Nullable StoredCopy finishing) {

        /** Reads a note; null when there is none or it cannot be read. */
        static @Nullable Note read(Path path) throws IOException {
            if (!Files.isRegularFile(path)) {
                return null;
            }
            try {
                return Json.mapper().readValue(Files.readAllBytes(path), Note.class);
            } catch (JsonProcessingException damaged) {
                return null;
            }
        }
    }

    private final Path bytesPath;
    private final Path notePath;
    private final RandomAccessFile file;
    private MessageDigest digest = Sha256.start();
    private long size;
    private @Nullable OriginFacts facts;
    private long checkpointSize;
    private long checkpointTime = System.nanoTime();
    private boolean ended;

    private Partial(Path bytesPath, Path notePath, RandomAccessFile file) {
        this.bytesPath = bytesPath;
        this.notePath = notePath;
        this.file = file;
    }

    static Partial open(Path directory, OriginUrl url) throws IOException {
        String key = Sha256.ofText(url.toString()).hex().substring(0, 32);
        Path bytes = directory.resolve(key + ".part");
        return new Partial(bytes, directory.resolve(key + ".json"), new RandomAccessFile(bytes.toFile(), "rw"));
    }

    /**
     * Takes up what an earlier run left, if it can be resumed and is unharmed.
     *
     * @param hashed told how many bytes were read back so far
     * @param stopped asked between blocks
     * @return false when it was stopped before it was done; nothing has changed then
     */
    public boolean recover(LongConsumer hashed, BooleanSupplier stopped) throws IOException {
        Note note = Note.read(notePath);
        if (note == null || note.facts() == null || note.durableBytes() > file.length()) {
            file.setLength(0);
            return true;
        }
        MessageDigest read = Sha256.start();
        byte[] buffer = new byte[1 << 16];
        file.seek(0);
        long done = 0;
        while (done < note.durableBytes()) {
            if (stopped.getAsBoolean()) {
                ended = true;
                return false;
            }
            int n = file.read(buffer, 0, (int) Math.min(buffer.length, note.durableBytes() - done));
            read.update(buffer, 0, n);
            done += n;
            hashed.accept(done);
        }
        if (Sha256.soFar(read).hex().equals(note.prefixSha256())) {
            digest = read;
            size = done;
            checkpointSize = done;
            facts = note.facts();
        }
        file.setLength(size);
        return true;
    }

    /** The bytes so far. */
    public long size() {
        return size;
    }

    /** What the origin said about them; null before it said anything. */
    public @Nullable OriginFacts facts() {
        return facts;
    }

    /** Whether all that the origin announced is here; false when it announced no size. */
    public boolean isWhole() {
        return facts != null && facts.total() != null && facts.total() == size;
    }

    /** Drops the bytes so far: what comes now begins a file that is described by {@code newFacts}. */
    public void restart(OriginFacts newFacts) throws IOException {
        file.setLength(0);
        digest = Sha256.start();
        size = 0;
        checkpointSize = 0;
        facts = newFacts;
    }

    /** Appends. */
    public void write(byte[] buffer, int length) throws IOException {
        file.seek(size);
        file.write(buffer, 0, length);
        digest.update(buffer, 0, length);
        size += length;
        boolean due =
                size - checkpointSize >= CHECKPOINT_BYTES || System.nanoTime() - checkpointTime >= CHECKPOINT_NANOS;
        if (due && canBeResumed()) {
            checkpoint();
        }
    }

    /** The digest of the bytes so far, in lower-case hexadecimal. */
    public String sha256() {
        return Sha256.soFar(digest).hex();
    }

    /** Throws the bytes away. */
    public void discard() throws IOException {
        ended = true;
        file.close();
        Files.deleteIfExists(notePath);
        Files.deleteIfExists(bytesPath);
    }

    /** Keeps what can be resumed and throws the rest away. */
    @Override
    public void close() throws IOException {
        if (ended) {
            file.close();
        } else if (size > 0 && canBeResumed()) {
            ended = true;
            try (file) {
                checkpoint();
            }
        } else {
            discard();
        }
    }

    /** Makes the whole file durable and gives it its name, which must be free. */
    void become(StoredCopy copy, Path target) throws IOException {
        file.getFD().sync();
        DurableFiles.replace(notePath, Json.mapper().writeValueAsBytes(new Note(facts, size, copy.sha256(), copy)));
        ended = true;
        file.close();
        DurableFiles.move(bytesPath, target);
    }

    /** The journal has the copy now. */
    void forget() throws IOException {
        Files.deleteIfExists(notePath);
    }

    private boolean canBeResumed() {
        return facts != null && facts.validator() != null;
    }

    private void checkpoint() throws IOException {
        file.getFD().sync();
        DurableFiles.replace(notePath, Json.mapper().writeValueAsBytes(new Note(facts, size, sha256(), null)));
        checkpointSize = size;
        checkpointTime = System.nanoTime();
    }
}
