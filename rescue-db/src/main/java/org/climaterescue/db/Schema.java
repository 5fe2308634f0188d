package org.climaterescue.db;

import java.util.Arrays;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.exception.FlywayValidateException;

/** Brings the schema of a database to the version that this program knows. */
final class Schema {

    private Schema() {}

    /**
     * Runs the migrations that are missing. Instances that start at once take turns: Flyway holds a lock in the database.
     *
     * @throws DatabaseUnavailable when the schema is newer than this program, was changed by hand, or cannot be migrated
     */
    static void migrate(DatabaseUrl url) {
        String place = url.place();
        Flyway flyway = flyway(url);
        try {
            // Of a newer schema, Flyway leaves everything as it is; it just does not mind, so we ask afterwards.
            flyway.migrate();
            refuseNewer(flyway.info(), place);
        } catch (FlywayValidateException e) {
            throw new DatabaseUnavailable(
                    "The schema of the database %s was made by another build of this program: %s"
                            .formatted(place, firstLine(e)),
                    e);
        } catch (FlywayException e) {
            throw new DatabaseUnavailable(
                    "The schema of the database %s could not be brought up to date: %s".formatted(place, firstLine(e)),
                    e);
        }
    }

    /**
     * Leaves the database as it is.
     *
     * @throws DatabaseUnavailable when the schema is not the one that this program knows, or cannot be told
     */
    static void refuseOther(DatabaseUrl url) {
        String place = url.place();
        try {
            MigrationInfoService info = flyway(url).info();
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

    private static Flyway flyway(DatabaseUrl url) {
        return Flyway.configure()
                .dataSource(url.jdbcUrl(), url.user(), url.password())
                .locations("classpath:db/migration")
                .validateMigrationNaming(true)
                .load();
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
}
