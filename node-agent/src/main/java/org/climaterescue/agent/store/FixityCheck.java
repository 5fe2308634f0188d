package org.climaterescue.agent.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.function.Consumer;
import org.climaterescue.protocol.Sha256;

/** Compares every stored file with its recorded digest. Reads only; an agent may be at work meanwhile. */
public final class FixityCheck {

    private final Path directory;
    private final Consumer<String> complaint;
    private long files;
    private long bytes;
    private long wrong;

    private FixityCheck(Path directory, Consumer<String> complaint) {
        this.directory = directory;
        this.complaint = complaint;
    }

    /**
     * What was found.
     *
     * @param files recorded files
     * @param bytes bytes read
     * @param wrong files that are missing or changed, and records that cannot be read
     */
    public record Result(long files, long bytes, long wrong) {}

    /** Whether a directory is, or was, a node's. */
    public static boolean isNodeDirectory(Path directory) {
        return Files.isDirectory(directory.resolve(Store.OWN));
    }

    /**
     * Checks every recorded file.
     *
     * @param complaint told one line for each file that is wrong
     */
    public static Result run(Path directory, Consumer<String> complaint) throws IOException {
        FixityCheck check = new FixityCheck(directory.toRealPath(), complaint);
        Path journalPath = directory.resolve(Store.OWN).resolve(Store.JOURNAL);
        if (Files.exists(journalPath)) {
            try (Journal journal = Journal.openReadOnly(journalPath)) {
                journal.forEachCurrent(check.new Visitor());
            }
        }
        return new Result(check.files, check.bytes, check.wrong);
    }

    /**
     * The attributes of a copy's file; empty when there is no regular file. A recorded path that leads out of the directory,
     * by itself or through a symbolic link, finds nothing.
     */
    static Optional<BasicFileAttributes> regularFile(Path root, StoredCopy copy) throws IOException {
        try {
            Path file = root.resolve(copy.path());
            Path parent = file.getParent();
            boolean plain = parent != null
                    && file.startsWith(root)
                    && file.normalize().equals(file)
                    && parent.toRealPath().startsWith(root);
            if (!plain) {
                return Optional.empty();
            }
            var attributes = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return Optional.of(attributes).filter(BasicFileAttributes::isRegularFile);
        } catch (NoSuchFileException | InvalidPathException missing) {
            return Optional.empty();
        }
    }

    private final class Visitor implements Journal.Visitor {

        @Override
        public void copy(StoredCopy copy) {
            files++;
            try {
                compare(copy);
            } catch (IOException unreadable) {
                wrong("unreadable  " + copy.path() + " (" + unreadable + ")");
            }
        }

        private void compare(StoredCopy copy) throws IOException {
            Optional<BasicFileAttributes> found = regularFile(directory, copy);
            if (found.isEmpty()) {
                wrong("missing  " + copy.path());
            } else if (found.get().size() != copy.size()) {
                wrong("changed  " + copy.path() + " (" + found.get().size() + " bytes, recorded " + copy.size() + ")");
            } else {
                String digest = digest(directory.resolve(copy.path()));
                if (!digest.equals(copy.sha256())) {
                    wrong("changed  " + copy.path() + " (SHA-256 " + digest + ", recorded " + copy.sha256() + ")");
                }
            }
        }

        @Override
        public void damaged(long offset) {
            wrong("unreadable  record at byte " + offset + " of " + Store.OWN + "/" + Store.JOURNAL);
        }

        private void wrong(String line) {
            wrong++;
            complaint.accept(line);
        }

        private String digest(Path file) throws IOException {
            MessageDigest digest = Sha256.start();
            byte[] buffer = new byte[1 << 16];
            try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
                int n;
                while ((n = in.read(buffer)) > 0) {
                    digest.update(buffer, 0, n);
                    bytes += n;
                }
            }
            return Sha256.soFar(digest).hex();
        }
    }
}
