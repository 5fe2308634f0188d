package org.climaterescue.agent.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.climaterescue.protocol.Json;
import org.climaterescue.protocol.OriginUrl;
import org.climaterescue.protocol.StoragePath;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node's directory: who the node is, what it keeps, and what it is still downloading. Thread-safe. */
public final class Store implements Closeable {

    /** The directory of the agent's own files, inside the node's directory. */
    static final String OWN = ".rescue";

    static final String JOURNAL = "copies.jsonl";

    private static final Logger LOG = LoggerFactory.getLogger(Store.class);
    private static final Duration KEEP_PARTIALS = Duration.ofDays(7);

    private final Path root;
    private final Path own;
    private final Path partials;
    private final DirectoryLock directoryLock;
    private final Journal journal;
    private final InstantSource clock;
    private final ReentrantLock turn = new ReentrantLock();
    private long storedBytes;

    private Store(Path root, DirectoryLock directoryLock, Journal journal, InstantSource clock) {
        this.root = root;
        this.own = root.resolve(OWN);
        this.partials = own.resolve("partial");
        this.directoryLock = directoryLock;
        this.journal = journal;
        this.clock = clock;
    }

    /**
     * Opens a node's directory, and creates it if need be.
     *
     * @throws DirectoryInUseException when another agent works in it
     * @throws IOException when it cannot be written to
     */
    public static Store open(Path directory, InstantSource clock) throws IOException {
        Files.createDirectories(directory);
        Path root = directory.toRealPath();
        Path own = root.resolve(OWN);
        DurableFiles.createOwnDirectory(own);
        DurableFiles.createOwnDirectory(own.resolve("partial"));
        DirectoryLock lock = DirectoryLock.take(own.resolve("lock"), directory);
        boolean opened = false;
        try {
            Journal journal = Journal.open(own.resolve(JOURNAL));
            try {
                Store store = new Store(root, lock, journal, clock);
                store.finishWhatACrashLeft();
                store.dropOldPartials();
                store.countStored();
                opened = true;
                return store;
            } finally {
                if (!opened) {
                    journal.close();
                }
            }
        } finally {
            if (!opened) {
                lock.close();
            }
        }
    }

    /** Who the node was when it last ran here; empty when it is new or the file cannot be read. */
    public Optional<Identity> identity() throws IOException {
        try {
            return Optional.of(
                    Json.mapper().readValue(Files.readAllBytes(own.resolve("identity.json")), Identity.class));
        } catch (NoSuchFileException isNew) {
            return Optional.empty();
        } catch (JsonProcessingException damaged) {
            LOG.warn("The identity in {} cannot be read: the node joins as a new one", own);
            return Optional.empty();
        }
    }

    /** Remembers who the node is. */
    public void remember(Identity identity) throws IOException {
        DurableFiles.replace(own.resolve("identity.json"), Json.mapper().writeValueAsBytes(identity));
    }

    /** The copy recorded for a task, if its file is still there with its size. */
    public Optional<StoredCopy> ofTask(String taskId) throws IOException {
        turn.lock();
        try {
            return journal.ofTask(taskId).filter(this::isThere);
        } finally {
            turn.unlock();
        }
    }

    /** The last copy recorded for a URL, if its file is still there with its size. */
    public Optional<StoredCopy> ofUrl(OriginUrl url) throws IOException {
        turn.lock();
        try {
            return journal.ofUrl(url.toString()).filter(this::isThere);
        } finally {
            turn.unlock();
        }
    }

    /** Records that a copy serves another task too. */
    public StoredCopy alsoFor(StoredCopy copy, String taskId) throws IOException {
        turn.lock();
        try {
            StoredCopy again = copy.forTask(taskId, clock.instant());
            journal.append(again);
            return again;
        } finally {
            turn.unlock();
        }
    }

    /** The place for a URL's bytes while they come. No two threads may hold the one of the same URL. */
    public Partial partial(OriginUrl url) throws IOException {
        return Partial.open(partials, url);
    }

    /**
     * Keeps a whole download: durable, under its final name, recorded. Bytes equal to the URL's last copy are not kept twice.
     * The partial is used up.
     */
    public StoredCopy keep(Partial partial, OriginUrl url, String taskId) throws IOException {
        turn.lock();
        try {
            Optional<StoredCopy> before = journal.ofUrl(url.toString())
                    .filter(copy -> copy.sha256().equals(partial.sha256()))
                    .filter(this::isThere);
            if (before.isPresent()) {
                partial.discard();
                return alsoFor(before.get(), taskId);
            }
            OriginFacts facts = partial.facts();
            String path = freePath(url);
            StoredCopy copy = new StoredCopy(
                    path,
                    url.toString(),
                    taskId,
                    partial.sha256(),
                    partial.size(),
                    facts == null ? null : facts.etag(),
                    facts == null ? null : facts.lastModified(),
                    facts == null ? null : facts.contentType(),
                    clock.instant());
            createParents(path);
            partial.become(copy, root.resolve(path));
            journal.append(copy);
            partial.forget();
            storedBytes += copy.size();
            return copy;
        } finally {
            turn.unlock();
        }
    }

    /** Bytes of the rescued files. */
    public long storedBytes() {
        turn.lock();
        try {
            return storedBytes;
        } finally {
            turn.unlock();
        }
    }

    /** Bytes of all downloads that are not complete, at work or left over. */
    public long partialBytes() throws IOException {
        long sum = 0;
        try (var files = Files.newDirectoryStream(partials, "*.part")) {
            for (Path file : files) {
                sum += sizeOf(file);
            }
        }
        return sum;
    }

    /** Bytes that the disk has left for this user. */
    public long usableBytes() throws IOException {
        return Files.getFileStore(root).getUsableSpace();
    }

    @Override
    public void close() throws IOException {
        turn.lock();
        try (directoryLock;
                journal) {
            LOG.debug("Closed {}", root);
        } finally {
            turn.unlock();
        }
    }

    /** A name for a new file of this URL: the one it wishes for, or else the nearest that is free. */
    private String freePath(OriginUrl url) throws IOException {
        List<String> segments = new ArrayList<>(StoragePath.of(url).segments());
        String above = "";
        for (int i = 0; i < segments.size() - 1; i++) {
            String wished = segments.get(i);
            for (int n = 1; !canBeDirectory(above + segments.get(i)); n++) {
                segments.set(i, StoragePath.tagged(wished, n == 1 ? "dir" : "dir" + n));
            }
            above += segments.get(i) + "/";
        }
        String wished = segments.getLast();
        if (isFree(above + wished, url)) {
            return above + wished;
        }
        boolean version =
                journal.at(above + wished).filter(copy -> isOf(url, copy)).isPresent();
        String tag = version ? "" : StoragePath.digestTag(url.toString());
        if (!version && isFree(above + StoragePath.tagged(wished, tag), url)) {
            return above + StoragePath.tagged(wished, tag);
        }
        for (int n = 2; ; n++) {
            String name = StoragePath.tagged(wished, tag.isEmpty() ? "" + n : tag + "-" + n);
            if (isFree(above + name, url)) {
                return above + name;
            }
        }
    }

    private boolean canBeDirectory(String relative) throws IOException {
        Path path = root.resolve(relative);
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
        }
        return journal.at(relative).isEmpty();
    }

    private boolean isFree(String relative, OriginUrl url) throws IOException {
        return !Files.exists(root.resolve(relative), LinkOption.NOFOLLOW_LINKS)
                && !journal.isDirectory(relative)
                && journal.at(relative).filter(copy -> !isOf(url, copy)).isEmpty();
    }

    private static boolean isOf(OriginUrl url, StoredCopy copy) {
        return copy.url().equals(url.toString());
    }

    private void createParents(String relative) throws IOException {
        for (int slash = relative.indexOf('/'); slash > 0; slash = relative.indexOf('/', slash + 1)) {
            Path directory = root.resolve(relative.substring(0, slash));
            if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectory(directory);
                DurableFiles.syncDirectory(DurableFiles.parentOf(directory));
            }
        }
    }

    private boolean isThere(StoredCopy copy) {
        try {
            return FixityCheck.regularFile(root, copy)
                    .map(file -> file.size() == copy.size())
                    .orElse(false);
        } catch (IOException unreadable) {
            LOG.warn("{} cannot be looked at and counts as missing: {}", copy.path(), unreadable.toString());
            return false;
        }
    }

    private void countStored() throws IOException {
        journal.forEachCurrent(new Journal.Visitor() {
            @Override
            public void copy(StoredCopy copy) {
                if (isThere(copy)) {
                    storedBytes += copy.size();
                }
            }

            @Override
            public void damaged(long offset) {
                LOG.warn("The journal in {} cannot be read at byte {}; that copy is forgotten", own, offset);
            }
        });
    }

    private void finishWhatACrashLeft() throws IOException {
        try (var notes = Files.newDirectoryStream(partials, "*.json")) {
            for (Path path : notes) {
                finish(path);
            }
        }
    }

    /** Deletes the parts that no download has touched for a week. */
    public void dropOldPartials() throws IOException {
        Instant oldest = clock.instant().minus(KEEP_PARTIALS);
        try (var files = Files.newDirectoryStream(partials)) {
            for (Path file : files) {
                if (touched(file).isBefore(oldest)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private void finish(Path notePath) throws IOException {
        Partial.Note note = Partial.Note.read(notePath);
        Path bytes = notePath.resolveSibling(notePath.getFileName().toString().replace(".json", ".part"));
        if (note == null || note.finishing() == null || Files.exists(bytes)) {
            return;
        }
        StoredCopy copy = note.finishing();
        if (isThere(copy)) {
            boolean recorded = journal.at(copy.path()).filter(copy::equals).isPresent();
            if (!recorded) {
                journal.append(copy);
                LOG.info("Recorded {}, which was stored just before the last run ended", copy.path());
            }
        }
        Files.delete(notePath);
    }

    private static Instant touched(Path file) throws IOException {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (NoSuchFileException finishedMeanwhile) {
            return Instant.MAX;
        }
    }

    private static long sizeOf(Path file) throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).size();
        } catch (NoSuchFileException finishedMeanwhile) {
            return 0;
        }
    }
}
