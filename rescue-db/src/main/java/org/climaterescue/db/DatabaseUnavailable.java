package org.climaterescue.db;

import java.io.IOException;
import java.io.Serial;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.climaterescue.protocol.Causes;
import org.jspecify.annotations.Nullable;

/**
 * The program has no database to work with. The message is one whole line for the person who started it: what happened, to
 * which directory or server, and what to do.
 */
public final class DatabaseUnavailable extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    DatabaseUnavailable(String line) {
        this(line, null);
    }

    DatabaseUnavailable(String line, @Nullable Throwable cause) {
        super(oneLine(line), cause);
    }

    /** The line for a failed access to {@code directory}. */
    static DatabaseUnavailable of(Path directory, IOException failure) {
        if (diskFull(failure.getMessage())) {
            return diskFull(directory, failure);
        }
        return new DatabaseUnavailable(
                "The data directory %s cannot be used by user %s: %s. Set RESCUE_DATA_DIR to a directory that can be written."
                        .formatted(
                                directory,
                                System.getProperty("user.name"),
                                failure instanceof FileSystemException file
                                        ? Causes.reason(file)
                                        : Causes.words(failure)),
                failure);
    }

    static DatabaseUnavailable diskFull(Path directory, @Nullable Throwable cause) {
        return new DatabaseUnavailable(
                "The disk that holds the data directory %s is full. Free some space; the data there is safe."
                        .formatted(directory),
                cause);
    }

    /** Whether a message of the operating system or of PostgreSQL says that a disk or a quota is used up. */
    static boolean diskFull(@Nullable String message) {
        return message != null
                && (message.contains("No space left on device") || message.contains("Disk quota exceeded"));
    }

    static String oneLine(String text) {
        return text.lines().map(String::strip).filter(line -> !line.isEmpty()).collect(Collectors.joining(" "));
    }
}
