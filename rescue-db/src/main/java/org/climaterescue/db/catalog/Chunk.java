package org.climaterescue.db.catalog;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.climaterescue.db.Sql;
import org.climaterescue.db.catalog.Items.Item;
import org.climaterescue.db.intake.Intake;
import org.climaterescue.db.intake.Reception;
import org.climaterescue.db.intake.Submission;
import org.climaterescue.db.intake.Tally;
import org.climaterescue.db.intake.Terms;
import org.climaterescue.db.ledger.TaskLocks;
import org.climaterescue.protocol.Sha256;

/** Some thousand records of one run, taken in one transaction. */
public final class Chunk {

    private final Connection connection;
    private final Run run;
    private final Terms terms;
    /** What this chunk names, new to the catalog or given before. */
    private final Map<Long, Item> named = new HashMap<>();

    private final List<Item> newItems = new ArrayList<>();
    private final List<Item> renewed = new ArrayList<>();
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
     * @param tally what became of the records as submissions; one that this catalog has given before repeats its URL
     */
    public record Taken(Counts counts, List<Long> changed, Tally tally) {}

    /**
     * Takes the records; {@link Imports#count} must follow in the same transaction. Two chunks of a run that share no URL and no
     * request id may be taken at once, for neither changes what becomes of the other.
     *
     * @return what became of these records; the tasks of which they say something else now must be settled anew
     */
    public static Taken take(Connection connection, Run run, List<CatalogRecord> records, Terms terms)
            throws SQLException {
        return new Chunk(connection, run, terms).take(records);
    }

    private Taken take(List<CatalogRecord> records) throws SQLException {
        List<CatalogRecord.Asset> assets = new ArrayList<>(records.size());
        for (CatalogRecord one : records) {
            switch (one) {
                case CatalogRecord.Asset asset -> assets.add(asset);
                case CatalogRecord.Refused bad -> refused.add(bad);
            }
        }
        Map<String, Item> given =
                run.isFirst() ? new HashMap<>() : Items.ofUrls(connection, run.catalogNo(), urls(assets));
        forgetFreed(given);
        List<CatalogRecord.Asset> fresh = new ArrayList<>();
        Map<Long, Submission> changes = new HashMap<>();
        Set<Long> relisted = new HashSet<>();
        for (CatalogRecord.Asset asset : assets) {
            Item item = given.get(asset.submission().url().canonical());
            if (item == null) {
                fresh.add(asset);
            } else {
                again(asset, named.getOrDefault(item.taskId(), item), changes, relisted);
            }
        }
        // Before anything new is taken: whoever holds a task's lock may want its URL's row next, never the other way
        // round.
        TaskLocks.take(
                connection,
                Stream.concat(changes.keySet().stream(), relisted.stream()).mapToLong(Long::longValue));
        TaskUpdates.write(connection, changes, terms.instance());
        Items.relisted(connection, relisted, terms.instance());
        Tally tally = takeFresh(fresh).plusByUrl(assets.size() - fresh.size());
        Items.add(connection, run.catalogNo(), newItems);
        Items.renew(connection, run.catalogNo(), renewed);
        writeRefused();
        long repaired = assets.stream()
                .filter(asset -> asset.submission().repair() != null)
                .count();
        var counts = new Counts(added, updated, unchanged, duplicates, refused.size(), repaired);
        return new Taken(counts, List.copyOf(changes.keySet()), tally);
    }

    /** A URL that was first given elsewhere and is free since, for its task failed or was cancelled, is new to everybody. */
    private void forgetFreed(Map<String, Item> given) throws SQLException {
        String[] elsewhere = given.entrySet().stream()
                .filter(item -> item.getValue().elsewhere() && item.getValue().run() != run.run())
                .map(Map.Entry::getKey)
                .toArray(String[]::new);
        if (elsewhere.length > 0) {
            Sql.of(connection, """
                            select x.url from unnest(?::text[]) as x (url)
                            where not exists (
                                select from capture c where c.url_sha256 = sha256(convert_to(x.url, 'UTF8')) offset 0
                            )
                            """, (Object) elsewhere)
                    .list(row -> row.text("url"))
                    .forEach(given::remove);
        }
    }

    private void again(CatalogRecord.Asset asset, Item before, Map<Long, Submission> changes, Set<Long> relisted) {
        Sha256 fingerprint = asset.fingerprint();
        boolean same = before.fingerprint().equals(fingerprint);
        if (before.run() == run.run()) {
            repeat(same, before);
            return;
        }
        if (before.elsewhere()) {
            duplicates++;
            name(renewed, before.taskId(), fingerprint, true);
            return;
        }
        if (same) {
            unchanged++;
        } else {
            updated++;
            changes.put(before.taskId(), asset.submission());
        }
        if (before.gone()) {
            relisted.add(before.taskId());
        }
        name(renewed, before.taskId(), fingerprint, false);
    }

    private Tally takeFresh(List<CatalogRecord.Asset> fresh) throws SQLException {
        List<Reception> answers = Intake.take(
                connection, fresh.stream().map(CatalogRecord.Asset::submission).toList(), terms);
        Map<Long, Item> given = Items.ofTasks(
                connection,
                run.catalogNo(),
                answers.stream()
                        .filter(Reception.Duplicate.class::isInstance)
                        .mapToLong(answer -> ((Reception.Duplicate) answer).taskId())
                        .distinct()
                        .toArray());
        for (int i = 0; i < answers.size(); i++) {
            CatalogRecord.Asset asset = fresh.get(i);
            switch (answers.get(i)) {
                case Reception.Accepted accepted -> {
                    added++;
                    name(newItems, accepted.taskId(), asset.fingerprint(), false);
                }
                case Reception.Duplicate duplicate -> {
                    Item first = named.getOrDefault(duplicate.taskId(), given.get(duplicate.taskId()));
                    if (first != null) {
                        repeat(first.fingerprint().equals(asset.fingerprint()), first);
                    } else {
                        duplicates++;
                        if (duplicate.by() == Reception.Key.URL) {
                            name(newItems, duplicate.taskId(), asset.fingerprint(), true);
                        }
                    }
                }
                case Reception.OtherBody other ->
                    refused.add(new CatalogRecord.Refused(
                            asset.position(), asset.text(), "request_id was used before with another body"));
            }
        }
        return Tally.of(answers);
    }

    private void repeat(boolean same, Item first) {
        if (same && !first.elsewhere()) {
            unchanged++;
        } else {
            duplicates++;
        }
    }

    private void name(List<Item> items, long taskId, Sha256 fingerprint, boolean elsewhere) {
        var item = new Item(taskId, fingerprint, run.run(), false, elsewhere);
        named.put(taskId, item);
        items.add(item);
    }

    private static String[] urls(List<CatalogRecord.Asset> assets) {
        return assets.stream()
                .map(asset -> asset.submission().url().canonical())
                .distinct()
                .toArray(String[]::new);
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
}
