package org.climaterescue.agent.store;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** Writes that are on the disk when they return, and never half there. */
final class DurableFiles {

    private DurableFiles() {}

    /** Replaces a file as a whole. It is readable by its owner only, where the file system knows owners. */
    static void replace(Path file, byte[] content) throws IOException {
        Path draft = file.resolveSibling(file.getFileName() + ".tmp");
        Files.deleteIfExists(draft);
        Files.createFile(draft, ownerOnly(draft, "rw-------"));
        try (var out = new FileOutputStream(draft.toFile())) {
            out.write(content);
            out.getFD().sync();
        }
        move(draft, file);
    }

    /** Renames, over what stands there, and makes the new name durable. */
    static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        syncDirectory(parentOf(to));
    }

    /** Creates a directory for the owner alone unless it is there; a symbolic link in its place is refused. */
    static void createOwnDirectory(Path directory) throws IOException {
        try {
            Files.createDirectory(directory, ownerOnly(parentOf(directory), "rwx------"));
            syncDirectory(parentOf(directory));
        } catch (FileAlreadyExistsException there) {
            if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException(directory + " is in the way: it must be a directory", there);
            }
        }
    }

    static void syncDirectory(Path directory) throws IOException {
        try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (AccessDeniedException windows) {
            // Windows opens no directories, and makes a rename durable with the file itself.
            if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
                throw windows;
            }
        }
    }

    static Path parentOf(Path path) {
        Path parent = path.getParent();
        if (parent == null) {
            throw new IllegalArgumentException(path + " has no parent");
        }
        return parent;
    }

    private static FileAttribute<?>[] ownerOnly(Path where, String permissions) throws IOException {
        boolean posix = Files.getFileStore(Files.exists(where) ? where : parentOf(where))
                .supportsFileAttributeView("posix");
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }
}
