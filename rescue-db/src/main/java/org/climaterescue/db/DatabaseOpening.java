package org.climaterescue.db;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * The database of the program while it is being opened, on a thread of its own: a server takes its time to start, and most of what a
 * program does at its own start needs no database yet. The program provides it as a bean.
 */
public final class DatabaseOpening implements AutoCloseable {

    private final CompletableFuture<Database> opened = new CompletableFuture<>();
    private final Thread thread;

    private DatabaseOpening(DatabaseConfig config) {
        this.thread = Thread.ofPlatform().name("database").start(() -> open(config));
    }

    /** Begins to open it, and returns at once. */
    public static DatabaseOpening begin(DatabaseConfig config) {
        return new DatabaseOpening(config);
    }

    // Whatever is thrown is thrown again where it is waited for.
    private void open(DatabaseConfig config) {
        try {
            opened.complete(Database.open(config.url(), config.dataDir(), Database.PATIENCE));
        } catch (Throwable failure) {
            opened.completeExceptionally(failure);
        }
    }

    /**
     * Waits until it is open.
     *
     * @throws CompletionException with what {@link Database#open} has thrown as its cause
     */
    Database await() {
        return opened.join();
    }

    /** Closes the database, or gives up opening it. When this returns, nothing of it is left running. */
    @Override
    public void close() {
        thread.interrupt();
        opened.exceptionally(failure -> null)
                .thenAccept(database -> {
                    if (database != null) {
                        database.close();
                    }
                })
                .join();
    }
}
