package org.climaterescue.dispatcher.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.climaterescue.db.intake.AssetUrl;
import org.climaterescue.db.intake.Description;
import org.climaterescue.db.intake.Intake;
import org.climaterescue.db.intake.Reception;
import org.climaterescue.db.intake.Submission;
import org.climaterescue.db.intake.Terms;
import org.junit.jupiter.api.Test;

/** Two chunks of an import are written at once, and nobody can tell. */
class ChunksAtOnceTest extends OwnService {

    /** As many records as a chunk has. */
    private static final int CHUNK = 2000;

    @Test
    void theFirstOfEqualRecordsWinsInWhicheverChunkTheOthersAre() {
        int urls = CHUNK + CHUNK / 4;

        Imported imported = Imported.of(service, "jsonl", rows(5 * CHUNK, row -> row % urls));

        assertThat(imported.counts())
                .isEqualTo("datasets 0, read %d, added %d, updated 0, unchanged 0, duplicates %d, rejected 0"
                        .formatted(5 * CHUNK, urls, 5 * CHUNK - urls));
        assertThat(service.number("select count(*) from task where name::integer < ?", urls))
                .isEqualTo(urls);
    }

    @Test
    void anotherCatalogsChunksAndThisOnesAreReadAtOnceAndEveryRecordIsCounted() {
        String both = rows(4 * CHUNK, row -> row);
        List<String> ids = List.of("one", "two").stream()
                .map(name -> service.post("/catalogs?name=" + name, both.getBytes(StandardCharsets.UTF_8))
                        .json()
                        .get("catalog_id")
                        .asText())
                .toList();

        List<Imported> all = ids.stream()
                .map(id -> new Imported(service, CatalogImportTest.await(service, id)))
                .toList();

        assertThat(all).extracting(Imported::status).containsOnly("imported");
        assertThat(all)
                .extracting(one -> one.count("added") + one.count("duplicates"))
                .containsOnly(4L * CHUNK);
        assertThat(all.stream().mapToLong(one -> one.count("added")).sum()).isEqualTo(4L * CHUNK);
    }

    @Test
    void aChunkGivesWayToSomebodyWhoKeepsTheChunkBeforeWaiting() throws SQLException {
        service.execute("insert into host (name) values ('example.org')");
        try (Connection other = service.database().getConnection()) {
            other.setAutoCommit(false);
            take(other, 0);
            CompletableFuture<Imported> importing = CompletableFuture.supplyAsync(() ->
                    Imported.again(service, "jsonl", rows(2 * CHUNK, row -> row).getBytes(StandardCharsets.UTF_8)));
            // The first chunk waits for the other's URL. The second has written all it has to write, or has given way
            // already.
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> waits("wait_event_type = 'Lock'") == 1
                            && (waits("state = 'idle in transaction' and query like 'COPY catalog_item%'") == 1
                                    || (service.number("select last_value from task_number") > 2 * CHUNK
                                            && waits("state <> 'idle' and pid <> pg_backend_pid()") == 2)));

            take(other, CHUNK + 1);
            other.commit();

            Imported imported = importing.join();
            assertThat(imported.status()).as(imported.error()).isEqualTo("imported");
            assertThat(imported.count("added")).isEqualTo(2 * CHUNK - 2);
            assertThat(imported.count("duplicates")).isEqualTo(2);
        }
    }

    private long waits(String how) {
        return service.number("select count(*) from pg_stat_activity where datname = current_database() and " + how);
    }

    private static void take(Connection connection, int url) throws SQLException {
        String address = url(url);
        var submission = new Submission(
                null,
                new AssetUrl(address, address, "example.org"),
                new Description("somebody else's", null, null, null, null, null),
                1,
                null);
        assertThat(Intake.take(connection, List.of(submission), new Terms(Duration.ofDays(7), "another", null)))
                .hasOnlyElementsOfType(Reception.Accepted.class);
    }

    private static String rows(int count, IntUnaryOperator urlOfRow) {
        return IntStream.range(0, count)
                .mapToObj(row -> "{\"url\":\"%s\",\"name\":\"%d\"}".formatted(url(urlOfRow.applyAsInt(row)), row))
                .collect(Collectors.joining("\n"));
    }

    private static String url(int number) {
        return "http://example.org/" + number;
    }
}
