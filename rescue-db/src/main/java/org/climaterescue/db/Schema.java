package org.climaterescue.db;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.callback.BaseCallback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.api.exception.FlywayValidateException;
import org.flywaydb.database.postgresql.PostgreSQLConfigurationExtension;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings the schema of a database to the version that this program knows. */
final class Schema {

    private static final Logger LOG = LoggerFactory.getLogger(Schema.class);

    private static final String MIGRATIONS = "classpath:db/migration";

    /**
     * How long a migration waits for a table at a time. Whoever asks for the table after it waits behind it, also those who would
     * get on with whoever has it, so it waits in short tries.
     */
    private static final Duration ONE_TRY = Duration.ofSeconds(2);

    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);

    private Schema() {}

    /**
     * Runs the migrations that are missing. Instances that start at once take turns: Flyway holds a lock in the database. A table
     * that somebody is using, and a server that goes away meanwhile, are waited for.
     *
     * @param patience for how long
     * @throws DatabaseUnavailable when the schema is newer than this program, was changed by hand, or cannot be migrated
     */
    static void migrate(DatabaseUrl url, Duration patience) throws InterruptedException {
        migrate(url, patience, MIGRATIONS);
    }

    /** As {@link #migrate(DatabaseUrl, Duration)}, with the migrations from these places. */
    static void migrate(DatabaseUrl url, Duration patience, String... places) throws InterruptedException {
        long begin = System.nanoTime();
        Flyway flyway = flyway(url, places);
        while (!migrated(flyway, url.place(), System.nanoTime() - begin < patience.toNanos())) {
            Thread.sleep(BETWEEN_TRIES);
        }
    }

    /** One try; false when the next one may succeed, if there is to be one. */
    private static boolean migrated(Flyway flyway, String place, boolean again) {
        try {
            // As nearly every start finds it. To validate it as a part of migrating takes Flyway several connections.
            if (isCurrent(flyway.info())) {
                return true;
            }
            // Of a newer schema, Flyway leaves everything as it is; it just does not mind, so we ask afterwards.
            flyway.migrate();
            refuseNewer(flyway.info(), place);
            return true;
        } catch (FlywayValidateException e) {
            throw new DatabaseUnavailable(
                    "The schema of the database %s was made by another build of this program: %s"
                            .formatted(place, firstLine(e)),
                    e);
        } catch (FlywayException e) {
            if (again && mayPass(e)) {
                LOG.warn("The schema of the database {} is not up to date yet, trying again: {}", place, firstLine(e));
                return false;
            }
            throw new DatabaseUnavailable(
                    "The schema of the database %s could not be brought up to date: %s".formatted(place, firstLine(e)),
                    e);
        }
    }

    /** Whether every migration that this program knows has been made, just as it knows it, and no other. */
    private static boolean isCurrent(MigrationInfoService info) {
        MigrationInfo[] all = info.all();
        return all.length > 0
                && Arrays.stream(all)
                        .allMatch(migration -> migration.getState() == MigrationState.SUCCESS
                                && migration.isChecksumMatching()
                                && migration.isDescriptionMatching()
                                && migration.isTypeMatching());
    }

    /** Whether somebody had the table for too long, or the server went away. */
    private static boolean mayPass(FlywayException e) {
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException failure) {
                return StorageFailure.away(failure);
            }
        }
        return false;
    }

    /**
     * Leaves the database as it is.
     *
     * @throws DatabaseUnavailable when the schema is not the one that this program knows, or cannot be told
     */
    static void refuseOther(DatabaseUrl url) {
        String place = url.place();
        try {
            MigrationInfoService info = flyway(url, MIGRATIONS).info();
            refuseNewer(info, place);
            if (info.pending().length > 0) {
                throw new DatabaseUnavailable("database schema is at version %s, this program knows %s: %s on %s, or %s"
                        .formatted(
                                info.current() == null
                                        ? "0 (empty)"
                                        : info.current().getVersion(),
                                known(info),
                                "start its dispatcher once",
                                place,
                                "use the older program."));
            }
        } catch (FlywayException e) {
            throw new DatabaseUnavailable(
                    "The schema of the database %s could not be read: %s".formatted(place, firstLine(e)), e);
        }
    }

    private static Flyway flyway(DatabaseUrl url, String... places) {
        FluentConfiguration configuration = Flyway.configure()
                .dataSource(url.jdbcUrl(), url.user(), url.password())
                .callbacks(new ShortWaits())
                .locations(places)
                .validateMigrationNaming(true);
        // An index that is built concurrently waits for all transactions that have begun before, so Flyway's lock must
        // not be one.
        configuration
                .getConfigurationExtension(PostgreSQLConfigurationExtension.class)
                .setTransactionalLock(false);
        return configuration.load();
    }

    private static void refuseNewer(MigrationInfoService info, String place) {
        MigrationInfo current = info.current();
        if (current == null) {
            return;
        }
        MigrationVersion known = known(info);
        if (current.getVersion().isNewerThan(known)) {
            throw new DatabaseUnavailable(
                    "database schema is at version %s, this program knows %s: start the newer program on %s, or set %s"
                            .formatted(current.getVersion(), known, place, "DATABASE_URL to another database."));
        }
    }

    private static MigrationVersion known(MigrationInfoService info) {
        return Arrays.stream(info.all())
                .filter(migration ->
                        !migration.getState().isFailed() && migration.getState().isResolved())
                .map(MigrationInfo::getVersion)
                .filter(version -> version != null)
                .max(MigrationVersion::compareTo)
                .orElse(MigrationVersion.EMPTY);
    }

    /** Flyway's messages are pages; the telling part of a validation is on a line of its own. */
    private static String firstLine(FlywayException e) {
        return DatabaseUnavailable.oneLine(String.valueOf(e.getMessage()));
    }

    /** Each connection of Flyway gives up on a lock after {@link #ONE_TRY}. */
    private static final class ShortWaits extends BaseCallback {

        @Override
        public boolean supports(Event event, Context context) {
            return event == Event.AFTER_CONNECT;
        }

        @Override
        public void handle(Event event, Context context) {
            try {
                Sql.of(context.getConnection(), "set lock_timeout = '%d s'".formatted(ONE_TRY.toSeconds()))
                        .update();
            } catch (SQLException e) {
                throw new FlywayException(e);
            }
        }
    }
}
