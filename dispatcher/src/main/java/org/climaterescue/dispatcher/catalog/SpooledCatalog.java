package org.climaterescue.dispatcher.catalog;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.climaterescue.db.catalog.Run;

/**
 * A catalog's file on its way into the database. While it is read it is locked, so that two dispatchers that share a data
 * directory never read the same one.
 */
record SpooledCatalog(Run run, Path file, FileChannel channel, FileLock lock) implements AutoCloseable {

    static final String PREFIX = "catalog-";

    private static final Pattern NAME = Pattern.compile("catalog-(\\d{1,9})-(\\d{1,9})\\.spool");

    /** The name by which the file of a run is found again. */
    static String name(Run run) {
        return "%s%d-%d.spool".formatted(PREFIX, run.catalogNo(), run.run());
    }

    /** The run that a file belongs to; empty when its name is another one's. */
    static Optional<Run> runOf(Path file) {
        Matcher matcher = NAME.matcher(file.getFileName().toString());
        return matcher.matches()
                ? Optional.of(new Run(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))))
                : Optional.empty();
    }

    /** Locks the file; empty when somebody reads it, or has read it and dropped it. */
    static Optional<SpooledCatalog> lock(Run run, Path file) throws IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (NoSuchFileException read) {
            return Optional.empty();
        }
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return Optional.of(new SpooledCatalog(run, file, channel, lock));
            }
        } catch (OverlappingFileLockException ours) {
            // This very process reads it.
            channel.close();
            return Optional.empty();
        }
        channel.close();
        return Optional.empty();
    }

    /** It has been read, or never will be. */
    void delete() throws IOException {
        Files.deleteIfExists(file);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
