package org.climaterescue.agent.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.climaterescue.protocol.Json;
import org.climaterescue.protocol.Sha256;
import org.climaterescue.protocol.StoragePath;
import org.jspecify.annotations.Nullable;

/**
 * The list of rescued files, one JSON line each, only ever appended to. The last line for a path, a URL or a task is the one
 * that holds. A last line without its end is what a crash left of a write and is dropped.
 *
 * <p>Memory holds only where each line begins, by the digest of what it is looked up by: a few hundred bytes a file. Not
 * thread-safe; {@link Store} takes turns.
 */
final class Journal implements Closeable {

    private static final Long DIRECTORY = -1L;

    /** What {@link #forEachCurrent} finds. */
    interface Visitor {

        /** A line that holds for its path. */
        void copy(StoredCopy copy) throws IOException;

        /** A line that cannot be read; it begins at this byte. */
        void damaged(long offset) throws IOException;
    }

    private final Path path;

    // A FileChannel would be closed by an interrupt of any thread that uses it.
    private final RandomAccessFile file;

    private final Map<Long, Long> lineStarts = new HashMap<>();
    private long end;

    private Journal(Path path, RandomAccessFile file) {
        this.path = path;
        this.file = file;
    }

    /** Opens the journal to append to it, and creates it if need be. */
    static Journal open(Path path) throws IOException {
        var file = new RandomAccessFile(path.toFile(), "rw");
        try {
            Journal journal = new Journal(path, file);
            journal.load();
            file.setLength(journal.end);
            return journal;
        } catch (IOException | RuntimeException failed) {
            file.close();
            throw failed;
        }
    }

    /** Opens the journal to read it, also while an agent appends to it. */
    static Journal openReadOnly(Path path) throws IOException {
        var file = new RandomAccessFile(path.toFile(), "r");
        try {
            Journal journal = new Journal(path, file);
            journal.load();
            return journal;
        } catch (IOException | RuntimeException failed) {
            file.close();
            throw failed;
        }
    }

    /** The last copy recorded for a task. */
    Optional<StoredCopy> ofTask(String taskId) throws IOException {
        return find("t:" + taskId, copy -> copy.taskId().equals(taskId));
    }

    /** The last copy recorded for a URL. */
    Optional<StoredCopy> ofUrl(String url) throws IOException {
        return find("u:" + url, copy -> copy.url().equals(url));
    }

    /** The last copy recorded at a path, whatever the case of its letters. */
    Optional<StoredCopy> at(String relative) throws IOException {
        String folded = StoragePath.folded(relative);
        return find("p:" + folded, copy -> StoragePath.folded(copy.path()).equals(folded));
    }

    /** Whether a recorded copy stands below this path, whatever the case of its letters. */
    boolean isDirectory(String relative) {
        return lineStarts.containsKey(key("d:" + StoragePath.folded(relative)));
    }

    /** Appends a line; it is on the disk when this returns. */
    void append(StoredCopy copy) throws IOException {
        byte[] json = Json.mapper().writeValueAsBytes(copy);
        byte[] line = Arrays.copyOf(json, json.length + 1);
        line[json.length] = '\n';
        file.seek(end);
        file.write(line);
        file.getFD().sync();
        index(copy, end);
        end += line.length;
    }

    /** Visits the line that holds for each path, in the order of the journal, and each line that cannot be read. */
    void forEachCurrent(Visitor visitor) throws IOException {
        scan((line, offset) -> {
            Optional<StoredCopy> copy = parse(line);
            if (copy.isEmpty()) {
                visitor.damaged(offset);
            } else if (isCurrent(copy.get(), offset)) {
                visitor.copy(copy.get());
            }
        });
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private boolean isCurrent(StoredCopy copy, long offset) {
        Long start = lineStarts.get(key("p:" + StoragePath.folded(copy.path())));
        return start != null && start == offset;
    }

    private void load() throws IOException {
        end = scan((line, offset) -> parse(line).ifPresent(copy -> index(copy, offset)));
    }

    private void index(StoredCopy copy, long offset) {
        lineStarts.put(key("t:" + copy.taskId()), offset);
        lineStarts.put(key("u:" + copy.url()), offset);
        String folded = StoragePath.folded(copy.path());
        lineStarts.put(key("p:" + folded), offset);
        for (int slash = folded.lastIndexOf('/'); slash > 0; slash = folded.lastIndexOf('/', slash - 1)) {
            lineStarts.put(key("d:" + folded.substring(0, slash)), DIRECTORY);
        }
    }

    private Optional<StoredCopy> find(String lookedUp, Predicate<StoredCopy> really) throws IOException {
        Long start = lineStarts.get(key(lookedUp));
        if (start == null) {
            return Optional.empty();
        }
        file.seek(start);
        var line = new ByteArrayOutputStream();
        byte[] buffer = new byte[1024];
        int read;
        while ((read = file.read(buffer)) > 0) {
            int newline = indexOf(buffer, read, '\n');
            line.write(buffer, 0, newline < 0 ? read : newline);
            if (newline >= 0) {
                break;
            }
        }
        return parse(line.toByteArray()).filter(really);
    }

    private interface LineReader {
        void line(byte[] line, long offset) throws IOException;
    }

    /** Reads every whole line up to the end of the file and returns where the last one ends. */
    private long scan(LineReader reader) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(path), 1 << 16)) {
            var line = new ByteArrayOutputStream();
            long start = 0;
            int b;
            while ((b = in.read()) >= 0) {
                if (b == '\n') {
                    int length = line.size();
                    if (length > 0) {
                        reader.line(line.toByteArray(), start);
                    }
                    start += length + 1L;
                    line.reset();
                } else {
                    line.write(b);
                }
            }
            return start;
        }
    }

    private static Optional<StoredCopy> parse(byte[] line) {
        try {
            StoredCopy copy = Json.mapper().readValue(line, StoredCopy.class);
            return Optional.ofNullable(complete(copy));
        } catch (JsonProcessingException damaged) {
            return Optional.empty();
        } catch (IOException impossible) {
            throw new IllegalStateException("reading from memory failed", impossible);
        }
    }

    // Jackson leaves out members null whatever the record declares.
    @SuppressWarnings("ConstantValue")
    private static @Nullable StoredCopy complete(@Nullable StoredCopy copy) {
        boolean whole = copy != null
                && copy.path() != null
                && copy.url() != null
                && copy.taskId() != null
                && copy.sha256() != null
                && copy.storedAt() != null;
        return whole ? copy : null;
    }

    private static int indexOf(byte[] buffer, int length, char wanted) {
        for (int i = 0; i < length; i++) {
            if (buffer[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    private static Long key(String text) {
        return ByteBuffer.wrap(Sha256.ofText(text).bytes()).getLong();
    }
}
