package org.climaterescue.dispatcher.catalog;

import com.fasterxml.jackson.core.JsonParser;
import io.micronaut.context.event.ApplicationEventListener;
import io.micronaut.runtime.server.event.ServerStartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.climaterescue.db.StorageFailure;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.catalog.Imports;
import org.climaterescue.db.catalog.Run;
import org.climaterescue.db.catalog.Superseded;
import org.climaterescue.dispatcher.assignment.CustodyDesk;
import org.climaterescue.dispatcher.bell.WorkBell;
import org.climaterescue.dispatcher.intake.Submissions;
import org.climaterescue.dispatcher.service.Ticker;
import org.climaterescue.dispatcher.streaming.Spool;
import org.climaterescue.protocol.CatalogId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads spooled catalogs in the background, each on a thread of its own. */
@Singleton
final class Importer implements ApplicationEventListener<ServerStartupEvent>, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Importer.class);

    /** Chunks written at a time, of all imports together: the database has others to serve. */
    private static final int TURNS = 2;

    /** Files read at a time; each takes the memory of three chunks. */
    private static final int READERS = 4;

    private static final Duration LOOK_EVERY = Duration.ofMinutes(1);

    private static final String CUT =
            "the import was cut off when its dispatcher stopped, and the file is gone; import it again, nothing will be doubled";

    private final Spool spool;
    private final Submissions submissions;
    private final Records records;
    private final Transactions transactions;
    private final CustodyDesk desk;
    private final WorkBell bell;
    private final ImportMeters meters;
    private @Nullable Ticker failSilent;
    private boolean databaseWasThere = true;
    private final Semaphore turns = new Semaphore(TURNS, true);
    private final Semaphore readers = new Semaphore(READERS, true);
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("catalog import ", 1).factory());

    Importer(
            Spool spool,
            Submissions submissions,
            Records records,
            Transactions transactions,
            CustodyDesk desk,
            WorkBell bell,
            ImportMeters meters) {
        this.spool = spool;
        this.submissions = submissions;
        this.records = records;
        this.transactions = transactions;
        this.desk = desk;
        this.bell = bell;
        this.meters = meters;
    }

    /** Begins to read the file of a run that has begun. */
    void start(Run run) throws IOException {
        Optional<SpooledCatalog> catalog = SpooledCatalog.lock(run, spool.resolve(SpooledCatalog.name(run)));
        catalog.ifPresent(mine -> threads.execute(() -> work(mine)));
    }

    /** Takes up what an earlier life of this dispatcher left. */
    @Override
    public void onApplicationEvent(ServerStartupEvent started) {
        threads.execute(this::takeUp);
    }

    /** Only when all of this dispatcher's own have been heard of again does it look for imports that nobody takes up. */
    private void takeUp() {
        try {
            spool.sweep();
            for (Path file : spool.files(SpooledCatalog.PREFIX)) {
                Optional<Run> run = SpooledCatalog.runOf(file);
                Optional<SpooledCatalog> catalog =
                        run.isPresent() ? SpooledCatalog.lock(run.get(), file) : Optional.empty();
                if (catalog.isPresent()) {
                    hearOf(catalog.get().run());
                    threads.execute(() -> work(catalog.get()));
                }
            }
            startLooking();
        } catch (IOException e) {
            LOG.error("imports that were cut off cannot be taken up", e);
        } catch (InterruptedException | RejectedExecutionException stopping) {
            LOG.info("imports that were cut off are taken up at the next start");
        }
    }

    private synchronized void startLooking() {
        if (!threads.isShutdown()) {
            failSilent = Ticker.startNow("the look for imports that were cut off", LOOK_EVERY, this::failSilent);
        }
    }

    /** Whatever the database has against one import is told when it is read; others are taken up all the same. */
    private void hearOf(Run run) throws InterruptedException {
        try {
            var _ = resume(run);
        } catch (StorageFailure refused) {
            LOG.error("catalog {} cannot be heard of", run.catalogNo(), refused);
        }
    }

    /**
     * Imports whose dispatcher died, this one or another, and that nobody takes up. After the database was away it waits for one more
     * look, since nobody could be heard meanwhile.
     */
    private void failSilent() {
        boolean wasThere = databaseWasThere;
        databaseWasThere = false;
        int failed = transactions.in(connection -> wasThere ? Imports.failSilent(connection, CUT) : 0);
        databaseWasThere = true;
        if (failed > 0) {
            meters.failed(failed);
            LOG.warn("{} catalog imports had been cut off and are marked as failed", failed);
        }
    }

    private void work(SpooledCatalog catalog) {
        try (catalog) {
            awaitReader(catalog.run());
            try {
                importAll(catalog);
            } finally {
                readers.release();
            }
            catalog.delete();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            LOG.info(
                    "the import of catalog {} goes on at the next start",
                    new CatalogId(catalog.run().catalogNo()));
        } catch (IOException e) {
            LOG.error("the spooled file {} cannot be dropped", catalog.file(), e);
        }
    }

    /** Whoever waits for long says that they live. */
    private void awaitReader(Run run) throws InterruptedException {
        while (!readers.tryAcquire(LOOK_EVERY.toSeconds(), TimeUnit.SECONDS)) {
            hearOf(run);
        }
    }

    private Optional<Imports.Progress> resume(Run run) throws InterruptedException {
        String instance = submissions.terms(run.catalogNo()).instance();
        return Patience.whileAway(() -> transactions.in(connection -> Imports.resume(connection, run, instance)));
    }

    private void importAll(SpooledCatalog catalog) throws InterruptedException {
        Run run = catalog.run();
        try {
            Optional<Imports.Progress> progress = resume(run);
            while (progress.isPresent()) {
                progress = importRest(catalog, progress.get()) ? Optional.empty() : resume(run);
            }
        } catch (StorageFailure refused) {
            LOG.error("catalog {} cannot be imported", run.catalogNo(), refused);
            fail(run, "the database refused it: " + refused.getMessage());
        } catch (RuntimeException fault) {
            LOG.error("catalog {} cannot be imported", run.catalogNo(), fault);
            fail(run, "an error inside the dispatcher stopped the import; its log says more");
        }
    }

    /** Gives false when the run was ended by somebody else: by a newer one, or as silent when it was not. */
    private boolean importRest(SpooledCatalog catalog, Imports.Progress progress) throws InterruptedException {
        Run run = catalog.run();
        try {
            String error = read(catalog, progress);
            if (error == null) {
                delist(run);
            }
            Patience.whileAway(() -> transactions.in(connection -> {
                Imports.end(connection, run, error);
                return run;
            }));
            if (error == null) {
                meters.imported();
            } else {
                meters.failed(1);
            }
            LOG.info("catalog {} was read {}", progress.name(), error == null ? "whole" : "in part: " + error);
            return true;
        } catch (Superseded ended) {
            LOG.warn("{}", ended.getMessage());
            return false;
        }
    }

    private void delist(Run run) throws InterruptedException {
        String instance = submissions.terms(run.catalogNo()).instance();
        OptionalLong last = OptionalLong.of(0);
        while (last.isPresent()) {
            long after = last.getAsLong();
            last = Patience.whileAway(
                    () -> transactions.atLength(connection -> Imports.delist(connection, run, after, instance)));
        }
    }

    /** Ends a run that has begun and cannot go on. */
    void fail(Run run, String error) throws InterruptedException {
        try {
            Patience.whileAway(() -> transactions.in(connection -> {
                Imports.end(connection, run, BoundedJson.storable(error));
                return run;
            }));
            meters.failed(1);
        } catch (Superseded ended) {
            LOG.warn("{}", ended.getMessage());
        }
    }

    /** Reads the file to its end or to where it breaks; gives the reason then. */
    private @Nullable String read(SpooledCatalog catalog, Imports.Progress progress) throws InterruptedException {
        Run run = catalog.run();
        var bytesRead = new AtomicLong();
        var sink = new ChunkedImport(
                run,
                progress.counts().read(),
                submissions,
                submissions.terms(run.catalogNo()),
                transactions,
                desk,
                bell,
                turns,
                threads,
                bytesRead::get);
        String error = null;
        try {
            Beginning beginning = Beginning.of(catalog.file());
            CatalogFormat format = format(catalog, progress, beginning);
            try (InputStream in = CatalogFile.open(new CountedInput(Files.newInputStream(catalog.file()), bytesRead))) {
                read(format, beginning, in, sink);
            }
        } catch (BrokenCatalog broken) {
            error = BoundedJson.storable(String.valueOf(broken.getMessage()));
        } catch (IOException e) {
            error = BoundedJson.storable("the file cannot be read: " + e.getMessage());
        }
        sink.finish();
        return error;
    }

    private void read(CatalogFormat format, Beginning beginning, InputStream in, RecordSink sink)
            throws IOException, BrokenCatalog, InterruptedException {
        switch (format) {
            case DCAT -> datasets(DatasetKind.DCAT, beginning, in, sink);
            case CKAN -> datasets(DatasetKind.CKAN, beginning, in, sink);
            case CSV -> {
                TableHeader header = TableHeader.of(beginning);
                try (Reader text = CatalogFile.table(in)) {
                    TableReader.read(text, header, records, sink);
                }
            }
            case JSONL -> rows(beginning, in, sink);
            case AUTO -> throw new IllegalStateException("the format has not been recognised");
        }
    }

    private void datasets(DatasetKind kind, Beginning beginning, InputStream in, RecordSink sink)
            throws IOException, BrokenCatalog, InterruptedException {
        if (beginning.linesOfJson()) {
            DatasetReader.lines(in, kind, records, sink);
            return;
        }
        try (JsonParser parser = CatalogFile.parser(CatalogFile.json(in))) {
            DatasetReader.values(parser, kind, records, sink);
        }
    }

    private void rows(Beginning beginning, InputStream in, RecordSink sink)
            throws IOException, BrokenCatalog, InterruptedException {
        if (!beginning.documentOfJson()) {
            RowReader.lines(in, records, sink);
            return;
        }
        try (JsonParser parser = CatalogFile.parser(CatalogFile.json(in))) {
            RowReader.values(parser, records, sink);
        }
    }

    private CatalogFormat format(SpooledCatalog catalog, Imports.Progress progress, Beginning beginning)
            throws BrokenCatalog, InterruptedException {
        CatalogFormat asked = CatalogFormat.of(progress.format());
        if (asked != CatalogFormat.AUTO) {
            return asked;
        }
        CatalogFormat found = Recognition.of(beginning);
        Patience.whileAway(() -> transactions.in(connection -> {
            Imports.recognise(connection, catalog.run(), found.wire());
            return found;
        }));
        return found;
    }

    /** Stops the imports between two chunks; their files stay for the next start. */
    @Override
    @PreDestroy
    public void close() {
        Ticker ticker;
        synchronized (this) {
            threads.shutdownNow();
            ticker = failSilent;
        }
        if (ticker != null) {
            ticker.close();
        }
        try {
            if (!threads.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.warn("an import was still at work after ten seconds");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
