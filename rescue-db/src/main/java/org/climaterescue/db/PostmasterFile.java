package org.climaterescue.db;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What {@code postmaster.pid} in a cluster's directory says of the server that wrote it; the server may long be gone.
 *
 * @param pid the process that wrote the file
 * @param port the TCP port it listens on; 0 while it has not said so
 * @see <a href="https://www.postgresql.org/docs/18/storage-file-layout.html">PostgreSQL: database file layout</a>
 */
record PostmasterFile(long pid, int port) {

    private static final String NAME = "postmaster.pid";
    private static final int PORT_LINE = 3;

    /** Empty when there is no file, or none that a whole server wrote. */
    static Optional<PostmasterFile> read(Path cluster) throws IOException {
        List<String> lines;
        try {
            lines = Files.readAllLines(cluster.resolve(NAME));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        if (lines.isEmpty() || !lines.getFirst().strip().matches("\\d{1,18}")) {
            return Optional.empty();
        }
        String port = lines.size() > PORT_LINE ? lines.get(PORT_LINE).strip() : "";
        return Optional.of(new PostmasterFile(
                Long.parseLong(lines.getFirst().strip()), port.matches("\\d{1,5}") ? Integer.parseInt(port) : 0));
    }

    /** Whether there was a file to delete. */
    static boolean delete(Path cluster) throws IOException {
        return Files.deleteIfExists(cluster.resolve(NAME));
    }
}
