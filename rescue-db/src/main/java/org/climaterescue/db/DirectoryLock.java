package org.climaterescue.db;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;

/**
 * Exclusive use of a data directory, held by this process until it is closed or the process ends in whatever way: the
 * operating system takes the lock back itself, so that a stale lock cannot exist.
 */
final class DirectoryLock implements AutoCloseable {

    private static final String FILE = "postgresql.lock";

    /**
     * The directories held by this process. A second attempt must be refused before it opens the file: POSIX drops all
     * locks that a process has on a file when it closes any descriptor of that file.
     */
    private static final Set<Path> HELD = new HashSet<>();

    private final Path directory;
    private final FileChannel channel;

    private DirectoryLock(Path directory, FileChannel channel) {
        this.directory = directory;
        this.channel = channel;
    }

    /**
     * @param directory an existing directory, as a real path
     * @throws DatabaseUnavailable when this or another process holds it, or when it cannot be written
     */
    static DirectoryLock take(Path directory) {
        synchronized (HELD) {
            if (HELD.contains(directory)) {
                throw inUse(directory, " by this very process");
            }
            try {
                FileChannel channel = FileChannel.open(
                        directory.resolve(FILE),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
                try {
                    lock(channel, directory);
                } catch (IOException | RuntimeException e) {
                    channel.close();
                    throw e;
                }
                HELD.add(directory);
                return new DirectoryLock(directory, channel);
            } catch (IOException e) {
                throw DatabaseUnavailable.of(directory, e);
            }
        }
    }

    private static void lock(FileChannel channel, Path directory) throws IOException {
        if (channel.tryLock() == null) {
            String holder = read(channel);
            throw inUse(directory, holder.isEmpty() ? "" : " by process " + holder);
        }
        long pid = ProcessHandle.current().pid();
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(Long.toString(pid).getBytes(StandardCharsets.US_ASCII)));
    }

    private static String read(FileChannel channel) throws IOException {
        ByteBuffer pid = ByteBuffer.allocate(20);
        channel.read(pid, 0);
        return new String(pid.array(), 0, pid.position(), StandardCharsets.US_ASCII).strip();
    }

    private static DatabaseUnavailable inUse(Path directory, String byWhom) {
        return new DatabaseUnavailable(
                "The data directory %s is already in use%s. Stop that one, or set RESCUE_DATA_DIR to another directory."
                        .formatted(directory, byWhom));
    }

    @Override
    public void close() {
        synchronized (HELD) {
            if (!channel.isOpen()) {
                return;
            }
            HELD.remove(directory);
            try {
                channel.close();
            } catch (IOException e) {
                throw DatabaseUnavailable.of(directory, e);
            }
        }
    }

    /** Makes {@code directory} with its parents, and gives its real path. */
    static Path made(Path directory) {
        try {
            return Files.createDirectories(directory).toRealPath();
        } catch (IOException e) {
            throw DatabaseUnavailable.of(directory.toAbsolutePath(), e);
        }
    }
}
