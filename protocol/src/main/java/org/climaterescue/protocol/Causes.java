package org.climaterescue.protocol;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Says for people why something failed: Java's own exceptions often name a thing and keep the reason in their type. */
public final class Causes {

    private Causes() {}

    /** One line, never empty: the reason, or the kind of failure where it gives none. */
    public static String words(Throwable failure) {
        String message =
                failure.getMessage() == null ? "" : failure.getMessage().strip();
        return switch (failure) {
            case UnknownHostException _ when message.indexOf(' ') < 0 -> "no address is known for the host " + message;
            case ConnectException _ when message.isEmpty() -> "nobody answers there";
            case NoSuchFileException _
            when message.equals(((FileSystemException) failure).getFile()) -> message + ": no such file or directory";
            case AccessDeniedException _
            when message.equals(((FileSystemException) failure).getFile()) -> message + ": permission denied";
            case FileAlreadyExistsException _
            when message.equals(((FileSystemException) failure).getFile()) ->
                message + ": there is a file of that name";
            case Throwable _ when message.isEmpty() -> failure.getClass().getSimpleName();
            default -> message.replaceAll("\\s*\\R\\s*", " ");
        };
    }
}
