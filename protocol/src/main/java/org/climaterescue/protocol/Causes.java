package org.climaterescue.protocol;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Says for people why something failed: Java's own exceptions often name a thing and keep the reason in their type. */
public final class Causes {

    private Causes() {}

    /** One line, never empty: the reason, with the file or host that it is about, or the kind of failure where it gives none. */
    public static String words(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof UnresolvedAddressException) {
                return "no address is known for its host";
            }
        }
        String message =
                failure.getMessage() == null ? "" : failure.getMessage().strip();
        return switch (failure) {
            case UnknownHostException _
            when !message.isEmpty() && message.indexOf(' ') < 0 -> "no address is known for the host " + message;
            case ConnectException _ when message.isEmpty() -> "nobody answers there";
            case FileSystemException file when file.getFile() != null -> file.getFile() + ": " + reason(file);
            case Throwable _ when message.isEmpty() -> failure.getClass().getSimpleName();
            default -> message.replaceAll("\\s*\\R\\s*", " ");
        };
    }

    /** The reason alone, without the file. */
    public static String reason(FileSystemException failure) {
        return switch (failure) {
            case FileSystemException told when told.getReason() != null -> told.getReason();
            case NoSuchFileException _ -> "no such file or directory";
            case AccessDeniedException _ -> "permission denied";
            case FileAlreadyExistsException _ -> "there is a file of that name";
            case NotDirectoryException _ -> "is no directory";
            case DirectoryNotEmptyException _ -> "the directory is not empty";
            default -> failure.getClass().getSimpleName();
        };
    }
}
