package org.climaterescue.db.catalog;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.climaterescue.db.Sql;
import org.climaterescue.db.intake.Intake;
import org.climaterescue.db.intake.Reception;
import org.climaterescue.db.intake.Submission;
import org.climaterescue.db.intake.Terms;
import org.climaterescue.protocol.Sha256;

/** Some hundred records of one run, taken in one transaction. */
public final class Chunk {

    private final Connection connection;
    private final Run run;
    private final Terms terms;
    private final Map<Sha256, Given> given = new HashMap<>();
    private final Map<Sha256, Given> named = new LinkedHashMap<>();
    private final List<CatalogRecord.Refused> refused = new ArrayList<>();
    private long added;
    private long updated;
    private long unchanged;
    private long duplicates;

    private Chunk(Connection connection, Run run, Terms terms) {
        this.connection = connection;
        this.run = run;
        this.terms = terms;
    }

    /**
     * What became of records.
     *
     * @param changed tasks that a record says something else of than before
     */
    public record Taken(Counts counts, List<Long> changed) {}

    /**
     * What this catalog has given under a URL.
     *
     * @param run the last import that named it
     */
    private record Given(long taskId, Sha256 fingerprint, int run) {}

    /**
     * Takes the records, and counts them.
     *
     * @param datasets how many datasets the file has given up to here
     * @return what became of these records; the tasks of which they say something else now must be settled anew
     * @throws Superseded when the run is over; nothing is written
     */
    public static Taken take(Connection connection, Run run, List<CatalogRecord> records, long datasets, Terms terms)
            throws SQLException {
        return new Chunk(connection, run, terms).take(records, datasets);
    }

    private Taken take(List<CatalogRecord> records, long datasets) throws SQLException {
        List<CatalogRecord.Asset> assets = new ArrayList<>();
        for (CatalogRecord one : records) {
            switch (one) {
                case CatalogRecord.Asset asset -> assets.add(asset);
                case CatalogRecord.Refused bad -> refused.add(bad);
            }
        }
        readGiven(assets);
        List<CatalogRecord.Asset> fresh = new ArrayList<>();
        Map<Long, Submission> changes = new HashMap<>();
        for (CatalogRecord.Asset asset : assets) {
            Given before = given.get(key(asset));
            if (before == null) {
                fresh.add(asset);
            } else {
                again(asset, before, changes);
            }
        }
        // Before anything new is taken: whoever holds a task's lock may want its URL's row next, never the other way
        // round.
        TaskUpdates.write(connection, changes, terms.instance());
        takeFresh(fresh);
        writeGiven();
        writeRefused();
        long repaired = assets.stream()
                .filter(asset -> asset.submission().repair() != null)
                .count();
        var counts = new Counts(added, updated, unchanged, duplicates, refused.size(), repaired);
        Imports.count(connection, run, counts, datasets);
        return new Taken(counts, List.copyOf(changes.keySet()));
    }

    private void again(CatalogRecord.Asset asset, Given before, Map<Long, Submission> changes) {
        Sha256 fingerprint = asset.fingerprint();
        boolean same = before.fingerprint().equals(fingerprint);
        if (before.run() == run.run()) {
            repeat(same);
            return;
        }
        if (same) {
            unchanged++;
        } else {
            updated++;
            changes.put(before.taskId(), asset.submission());
        }
        name(asset, new Given(before.taskId(), fingerprint, run.run()));
    }

    private void takeFresh(List<CatalogRecord.Asset> fresh) throws SQLException {
        List<Reception> answers = Intake.take(
                connection, fresh.stream().map(CatalogRecord.Asset::submission).toList(), terms);
        for (int i = 0; i < answers.size(); i++) {
            CatalogRecord.Asset asset = fresh.get(i);
            switch (answers.get(i)) {
                case Reception.Accepted accepted -> {
                    added++;
                    name(asset, new Given(accepted.taskId(), asset.fingerprint(), run.run()));
                }
                case Reception.Duplicate duplicate -> {
                    Given first = given.get(key(asset));
                    repeat(first != null && first.fingerprint().equals(asset.fingerprint()));
                }
                case Reception.OtherBody other ->
                    refused.add(new CatalogRecord.Refused(
                            asset.position(), asset.text(), "request_id was used before with another body"));
            }
        }
    }

    private void repeat(boolean same) {
        if (same) {
            unchanged++;
        } else {
            duplicates++;
        }
    }

    private void name(CatalogRecord.Asset asset, Given now) {
        given.put(key(asset), now);
        named.put(key(asset), now);
    }

    private void readGiven(List<CatalogRecord.Asset> assets) throws SQLException {
        byte[][] keys = assets.stream().map(asset -> key(asset).bytes()).toArray(byte[][]::new);
        Sql.of(connection, """
                        select url_sha256, task_id, fingerprint, run from catalog_asset
                        where catalog_no = ? and url_sha256 = any (?)
                        """, run.catalogNo(), keys)
                .list(row -> given.put(
                        Sha256.of(row.bytes("url_sha256")),
                        new Given(row.number("task_id"), Sha256.of(row.bytes("fingerprint")), row.integer("run"))));
    }

    private void writeGiven() throws SQLException {
        if (named.isEmpty()) {
            return;
        }
        Sql.of(
                        connection,
                        """
                        insert into catalog_asset (catalog_no, url_sha256, task_id, fingerprint, run)
                        select ?, x.url_sha256, x.task_id, x.fingerprint, ?
                        from unnest(?::bytea[], ?::bigint[], ?::bytea[]) as x (url_sha256, task_id, fingerprint)
                        on conflict (catalog_no, url_sha256) do update
                            set fingerprint = excluded.fingerprint, run = excluded.run
                        """,
                        run.catalogNo(),
                        run.run(),
                        named.keySet().stream().map(Sha256::bytes).toArray(byte[][]::new),
                        named.values().stream().mapToLong(Given::taskId).toArray(),
                        named.values().stream()
                                .map(one -> one.fingerprint().bytes())
                                .toArray(byte[][]::new))
                .update();
    }

    private void writeRefused() throws SQLException {
        if (refused.isEmpty()) {
            return;
        }
        Sql.of(
                        connection,
                        """
                        insert into catalog_rejected (catalog_no, position, reason, record)
                        select ?, x.position, x.reason, x.record
                        from unnest(?::text[], ?::text[], ?::text[]) with ordinality as x (position, reason, record, nth)
                        order by x.nth
                        """,
                        run.catalogNo(),
                        refused.stream().map(CatalogRecord.Refused::position).toArray(String[]::new),
                        refused.stream().map(CatalogRecord.Refused::reason).toArray(String[]::new),
                        refused.stream().map(CatalogRecord.Refused::text).toArray(String[]::new))
                .update();
    }

    private static Sha256 key(CatalogRecord.Asset asset) {
        return asset.submission().url().key();
    }
}
