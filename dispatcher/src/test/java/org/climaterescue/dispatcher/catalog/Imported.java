package org.climaterescue.dispatcher.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPOutputStream;
import org.climaterescue.dispatcher.TestService;
import org.climaterescue.dispatcher.TestService.Answer;

/** What came of a file that was imported into an empty database. */
record Imported(TestService service, JsonNode catalog) {

    static Imported of(TestService service, String format, byte[] file) {
        empty(service);
        return again(service, format, file);
    }

    static Imported of(TestService service, String format, String file) {
        return of(service, format, file.getBytes(StandardCharsets.UTF_8));
    }

    /** On top of what is there. */
    static Imported again(TestService service, String format, byte[] file) {
        Answer answer = service.post("/catalogs?name=real&format=" + format, file);
        assertThat(answer.status()).as(answer.text()).isEqualTo(202);
        return new Imported(
                service,
                CatalogImportTest.await(service, answer.json().get("catalog_id").asText()));
    }

    private static void empty(TestService service) {
        // The service goes on sweeping meanwhile, and takes its locks in another order.
        service.execute("""
                do $$ begin
                    loop
                        begin
                            execute (select 'truncate ' || string_agg(quote_ident(tablename), ', ') || ' restart identity'
                                     from pg_tables where schemaname = 'public' and tablename not like 'flyway%');
                            return;
                        exception when deadlock_detected then
                        end;
                    end loop;
                end $$
                """);
    }

    String status() {
        return catalog.get("status").asText();
    }

    String format() {
        return catalog.get("format").asText();
    }

    String error() {
        return catalog.path("error").asText();
    }

    String counts() {
        return CatalogImportTest.counts(catalog);
    }

    long count(String which) {
        return catalog.get(which).asLong();
    }

    /** Each refused record as {@code position: reason}. */
    List<String> rejected() {
        return service.get("/catalogs/" + catalog.get("catalog_id").asText() + "/rejected").lines().stream()
                .map(one ->
                        one.get("position").asText() + ": " + one.get("reason").asText())
                .toList();
    }

    /** The URLs of all tasks as they were written, oldest first. */
    List<String> urls() {
        return tasks().stream().map(task -> task.get("dataset_url").asText()).toList();
    }

    /** All tasks, oldest first. */
    List<JsonNode> tasks() {
        JsonNode items = service.get("/tasks?limit=1000").json().get("items");
        return StreamSupport.stream(items.spliterator(), false).toList().reversed();
    }

    static byte[] gzip(byte[] plain) {
        var out = new ByteArrayOutputStream();
        try (var packed = new GZIPOutputStream(out)) {
            packed.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static byte[] gzip(String plain) {
        return gzip(plain.getBytes(StandardCharsets.UTF_8));
    }
}
