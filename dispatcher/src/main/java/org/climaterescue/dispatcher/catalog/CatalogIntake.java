package org.climaterescue.dispatcher.catalog;

import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.catalog.Begun;
import org.climaterescue.db.catalog.Imports;
import org.climaterescue.db.catalog.Run;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.dispatcher.service.InstanceId;
import org.climaterescue.dispatcher.streaming.Spool;
import org.climaterescue.protocol.CatalogId;
import org.climaterescue.protocol.Sha256;
import org.jspecify.annotations.Nullable;

/** Takes a catalog's file and begins its import. */
@Singleton
final class CatalogIntake {

    private static final int BLOCK = 128 * 1024;
    private static final long LOOK_AFTER_BYTES = 8L * 1024 * 1024;
    private static final int DIGITS_OF_DIGEST = 12;

    private final Spool spool;
    private final Importer importer;
    private final Transactions transactions;
    private final String instance;

    CatalogIntake(Spool spool, Importer importer, Transactions transactions, InstanceId instance) {
        this.spool = spool;
        this.importer = importer;
        this.transactions = transactions;
        this.instance = instance.value();
    }

    /**
     * Stores the file, and returns when the import has begun.
     *
     * @param name of the catalog; null: one that follows from the content
     * @throws ProblemException 400 for an empty body, 409 while the same catalog is being imported, 507 for a full disk
     */
    CatalogId take(@Nullable String name, CatalogFormat format, InputStream body)
            throws IOException, InterruptedException {
        Path file = spool.create("incoming-");
        try {
            Sha256 digest = store(body, file);
            String called = name != null ? name : "unnamed-" + digest.hex().substring(0, DIGITS_OF_DIGEST);
            Run run = begin(called, format, Files.size(file));
            try {
                Files.move(file, spool.resolve(SpooledCatalog.name(run)), StandardCopyOption.ATOMIC_MOVE);
                importer.start(run);
            } catch (IOException e) {
                importer.fail(run, "the dispatcher could not keep the file: " + e.getMessage());
                throw e;
            }
            return new CatalogId(run.catalogNo());
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private Run begin(String name, CatalogFormat format, long fileBytes) {
        return switch (transactions.in(
                connection -> Imports.begin(connection, name, format.wire(), fileBytes, instance))) {
            case Begun.Started(Run run) -> run;
            case Begun.Busy(int catalogNo) ->
                throw ProblemException.conflict(
                                "importing",
                                "catalog %s is being imported right now; wait until GET /catalogs/%s says that it is done"
                                        .formatted(name, new CatalogId(catalogNo)))
                        .with("catalog_id", new CatalogId(catalogNo).toString());
        };
    }

    /** The answer promises an import, so the file survives a loss of power. */
    private Sha256 store(InputStream body, Path file) throws IOException {
        var in = new DigestInputStream(body, Sha256.start());
        long stored = 0;
        long lookAt = 0;
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
            byte[] block = new byte[BLOCK];
            for (int count = in.read(block); count >= 0; count = in.read(block)) {
                if (stored >= lookAt) {
                    spool.requireRoom();
                    lookAt = stored + LOOK_AFTER_BYTES;
                }
                write(out, ByteBuffer.wrap(block, 0, count));
                stored += count;
            }
            out.force(true);
        }
        if (stored == 0) {
            throw ProblemException.invalid(null, "the body is empty; send the catalog's file");
        }
        return Sha256.of(in.getMessageDigest().digest());
    }

    private static void write(FileChannel out, ByteBuffer block) {
        try {
            while (block.hasRemaining()) {
                out.write(block);
            }
        } catch (IOException e) {
            throw Spool.full(e);
        }
    }
}
