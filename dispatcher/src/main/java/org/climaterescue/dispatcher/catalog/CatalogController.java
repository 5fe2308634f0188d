package org.climaterescue.dispatcher.catalog;

import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.http.server.types.files.StreamedFile;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.catalog.Catalogs;
import org.climaterescue.db.catalog.Imports;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.dispatcher.security.Roles;
import org.climaterescue.dispatcher.streaming.PagedStream;
import org.climaterescue.dispatcher.streaming.Paging;
import org.climaterescue.protocol.CatalogId;
import org.climaterescue.protocol.Json;
import org.climaterescue.protocol.Texts;
import org.jspecify.annotations.Nullable;

/** Imports lists of assets, and tells what became of them. */
@Controller("/catalogs")
@Tag(name = "Catalogs")
@ExecuteOn(TaskExecutors.BLOCKING)
final class CatalogController {

    private static final String NDJSON = "application/x-ndjson";
    private static final int LONGEST_NAME = 256;
    private static final int PAGE = 500;

    private final CatalogIntake intake;
    private final Transactions transactions;

    CatalogController(CatalogIntake intake, Transactions transactions) {
        this.intake = intake;
        this.transactions = transactions;
    }

    /**
     * Takes a catalog's file, plain or gzip; it is imported in the background.
     *
     * @param name what to call it; the same name is the same catalog
     * @param format auto: the file's beginning tells; dcat: DCAT-US data.json; ckan: an answer to package_search or
     *     package_show, or packages; csv: a table with a column url, or a list of URLs; jsonl: JSON lines of rows
     */
    @Post
    @Consumes(MediaType.ALL)
    @Secured(Roles.OPERATOR)
    HttpResponse<Accepted> add(
            @Nullable @QueryValue String name, @QueryValue(defaultValue = "auto") String format, @Body InputStream body)
            throws IOException, InterruptedException {
        if (name != null && (name.isBlank() || name.length() > LONGEST_NAME || !Texts.storable(name))) {
            throw ProblemException.invalid("name", "name must be 1 to %d characters".formatted(LONGEST_NAME));
        }
        String id = intake.take(name, CatalogFormat.of(format), body == null ? InputStream.nullInputStream() : body)
                .toString();
        return HttpResponse.<Accepted>accepted(URI.create("/catalogs/" + id)).body(new Accepted(id));
    }

    /** All catalogs, newest first. */
    @Get
    @Secured(SecurityRule.IS_ANONYMOUS)
    @Operation(operationId = "listCatalogs")
    Page list(@Nullable @QueryValue Integer limit, @Nullable @QueryValue String cursor) {
        Paging paging = Paging.of(limit, cursor);
        Paging.Page<Catalogs.Row> page = paging.page(
                transactions.atLength(connection -> Catalogs.page(connection, paging.before(), paging.probe())),
                Catalogs.Row::catalogNo);
        return new Page(page.items().stream().map(CatalogPage::from).toList(), page.nextCursor());
    }

    /** One catalog and the counts of its latest import. */
    @Get("/{catalogId}")
    @Secured(SecurityRule.IS_ANONYMOUS)
    @Operation(operationId = "catalog")
    CatalogPage one(@PathVariable String catalogId) {
        return CatalogPage.from(known(catalogId));
    }

    /** Each record that the latest import refused, where it stood and why, as JSON lines. */
    @Get("/{catalogId}/rejected")
    @Produces(NDJSON)
    @Secured(SecurityRule.IS_ANONYMOUS)
    StreamedFile rejected(@PathVariable String catalogId) {
        int catalogNo = known(catalogId).catalogNo();
        var after = new AtomicLong();
        return new StreamedFile(new PagedStream(() -> rejectedAfter(catalogNo, after)), MediaType.of(NDJSON));
    }

    private byte[] rejectedAfter(int catalogNo, AtomicLong after) throws IOException {
        List<Catalogs.Rejected> rows =
                transactions.in(connection -> Catalogs.rejected(connection, catalogNo, after.get(), PAGE));
        var out = new ByteArrayOutputStream();
        for (Catalogs.Rejected row : rows) {
            out.writeBytes(
                    Json.mapper().writeValueAsBytes(new RejectedRecord(row.position(), row.reason(), row.record())));
            out.write('\n');
            after.set(row.no());
        }
        return out.toByteArray();
    }

    /**
     * Forgets a catalog that came to nothing: its import failed, and no file hangs on it. Any other stays, for it tells where files come from.
     *
     * @return the catalog as it was
     */
    @Delete("/{catalogId}")
    @Secured(Roles.OPERATOR)
    @Operation(operationId = "forgetCatalog")
    CatalogPage forget(@PathVariable String catalogId) {
        Catalogs.Row catalog = known(catalogId);
        if (!transactions.in(connection -> Imports.forget(connection, catalog.catalogNo()))) {
            throw ProblemException.conflict(
                    "catalog_in_use",
                    "catalog %s stays: only one whose import failed before it gave anything can be removed; import its next version under the name %s"
                            .formatted(catalogId, catalog.name()));
        }
        return CatalogPage.from(catalog);
    }

    private Catalogs.Row known(String catalogId) {
        return CatalogId.parse(catalogId)
                .flatMap(id -> transactions.in(connection -> Catalogs.one(connection, id.number())))
                .orElseThrow(() -> ProblemException.notFound("there is no catalog " + catalogId));
    }

    /**
     * One page of a list.
     *
     * @param nextCursor asks for the next page; null on the last
     */
    record Page(List<CatalogPage> items, @Nullable String nextCursor) {}

    /** The import has begun. */
    record Accepted(String catalogId) {}

    /** One line of the list of refused records; {@code record} is its text, cut if it was long. */
    record RejectedRecord(String position, String reason, String record) {}
}
