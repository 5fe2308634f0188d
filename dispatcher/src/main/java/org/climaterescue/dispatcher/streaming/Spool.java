package org.climaterescue.dispatcher.streaming;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.dispatcher.settings.Settings;

/** The directory for bodies on their way, {@code spool} under the data directory. */
@Singleton
public final class Spool {

    /** An embedded database may share the disk, and does not survive a full one. */
    private static final long HEADROOM_BYTES = 256L * 1024 * 1024;

    private static final String PART = ".part";
    private static final Duration ABANDONED = Duration.ofDays(1);

    private final Path directory;
    private final long headroomBytes;

    @Inject
    Spool(Settings settings) {
        this(settings.database().dataDir().resolve("spool"), HEADROOM_BYTES);
    }

    /**
     * A spool of any size.
     *
     * @param headroomBytes what must stay free on the disk
     */
    public Spool(Path directory, long headroomBytes) {
        this.directory = directory;
        this.headroomBytes = headroomBytes;
    }

    /**
     * A new empty file.
     *
     * @throws ProblemException 507 when it cannot be made
     */
    public Path create(String prefix) {
        try {
            Files.createDirectories(directory);
            return Files.createTempFile(directory, prefix, PART);
        } catch (IOException e) {
            throw full(e);
        }
    }

    /** Drops what a dispatcher that died left half written: files that nobody has written to for a day. */
    public void sweep() throws IOException {
        Instant limit = Instant.now().minus(ABANDONED);
        for (Path file : files("")) {
            if (file.toString().endsWith(PART)
                    && Files.getLastModifiedTime(file).toInstant().isBefore(limit)) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** The file of this name, whether it exists or not. */
    public Path resolve(String name) {
        return directory.resolve(name);
    }

    /** The files whose names begin so; empty when there is no directory yet. */
    public List<Path> files(String prefix) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .sorted()
                    .toList();
        }
    }

    /**
     * Makes sure that there is room for more.
     *
     * @throws ProblemException 507 when the disk is nearly full
     */
    public void requireRoom() {
        try {
            long free = Files.getFileStore(directory).getUsableSpace();
            if (free < headroomBytes) {
                throw ProblemException.of(
                        507,
                        "insufficient_storage",
                        "the dispatcher's disk is nearly full (%d MB free); nothing was imported, make room and try again"
                                .formatted(free / 1_000_000));
            }
        } catch (IOException e) {
            throw full(e);
        }
    }

    /** The refusal for a file that could not be written. */
    public static ProblemException full(IOException cause) {
        var problem = ProblemException.of(
                507, "insufficient_storage", "the dispatcher could not store the body: " + cause.getMessage());
        problem.initCause(cause);
        return problem;
    }
}
