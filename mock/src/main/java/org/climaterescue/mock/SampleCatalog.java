package org.climaterescue.mock;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.climaterescue.protocol.Json;
import org.jspecify.annotations.Nullable;

/**
 * A DCAT-US 1.1 catalog of invented climate datasets, put on a {@link MockOrigin} at {@value #PATH} together with the files
 * that it names. One of them is slow, one breaks off twice before it arrives, one is gone; one stands in two datasets.
 */
public final class SampleCatalog {

    /** Where the catalog stands. */
    public static final String PATH = "/data.json";

    private final URI url;
    private final List<Asset> assets;

    private SampleCatalog(URI url, List<Asset> assets) {
        this.url = url;
        this.assets = List.copyOf(assets);
    }

    /**
     * One file of the catalog.
     *
     * @param path its path on the origin
     * @param url its URL as the catalog has it
     * @param dataset the title of the dataset that names it first
     * @param title its own title
     * @param content its true bytes
     * @param gone whether the origin answers 404 for it
     */
    public record Asset(String path, URI url, String dataset, String title, Content content, boolean gone) {}

    /** Serves the catalog and its files under the origin's own address. */
    public static SampleCatalog serveOn(MockOrigin origin) {
        return serveOn(origin, origin.url(""));
    }

    /**
     * Serves the catalog and its files.
     *
     * @param base what every URL begins with, without a slash at the end: the origin as the agents see it
     */
    public static SampleCatalog serveOn(MockOrigin origin, URI base) {
        Map<String, Asset> assets = new LinkedHashMap<>();
        ArrayNode datasets = Json.mapper().createArrayNode();
        for (Dataset dataset : datasets()) {
            datasets.add(dataset.dcat(base));
            for (Distribution distribution : dataset.distribution()) {
                assets.computeIfAbsent(distribution.path(), path -> distribution.serveOn(origin, base, dataset));
            }
        }
        ObjectNode catalog = Json.mapper().createObjectNode();
        catalog.put("@context", "https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld")
                .put("@type", "dcat:Catalog")
                .put("conformsTo", "https://project-open-data.cio.gov/v1.1/schema")
                .put("describedBy", "https://project-open-data.cio.gov/v1.1/schema/catalog.json")
                .set("dataset", datasets);
        origin.serve(PATH, Content.of(catalog.toPrettyString())).as("application/json");
        return new SampleCatalog(base.resolve(PATH), List.copyOf(assets.values()));
    }

    /** The URL of the catalog itself. */
    public URI url() {
        return url;
    }

    /** Every file once, in the catalog's order. */
    public List<Asset> assets() {
        return assets;
    }

    private static List<Dataset> datasets() {
        try (InputStream resource =
                Objects.requireNonNull(SampleCatalog.class.getResourceAsStream("sample-catalog.json"))) {
            return Json.mapper().readValue(resource, new TypeReference<>() {});
        } catch (IOException unreadable) {
            throw new UncheckedIOException("the sample catalog inside this program is damaged", unreadable);
        }
    }

    private record Dataset(
            String identifier,
            String publisher,
            String title,
            String description,
            List<String> keyword,
            String modified,
            List<Distribution> distribution) {

        private JsonNode dcat(URI base) {
            ObjectNode dataset = Json.mapper().createObjectNode();
            dataset.put("@type", "dcat:Dataset")
                    .put("identifier", identifier)
                    .put("title", title)
                    .put("description", description)
                    .put("modified", modified)
                    .put("accessLevel", "public")
                    .set("keyword", Json.mapper().valueToTree(keyword));
            dataset.putObject("publisher").put("@type", "org:Organization").put("name", publisher);
            dataset.putObject("contactPoint")
                    .put("@type", "vcard:Contact")
                    .put("fn", publisher)
                    .put("hasEmail", "mailto:data@example.org");
            ArrayNode distributions = dataset.putArray("distribution");
            distribution.forEach(file -> distributions.add(file.dcat(base)));
            return dataset;
        }
    }

    private record Distribution(
            String path,
            String title,
            String mediaType,
            String format,
            long sizeBytes,
            @Nullable List<OriginPlan.PlannedFault> faults) {

        private JsonNode dcat(URI base) {
            return Json.mapper()
                    .createObjectNode()
                    .put("@type", "dcat:Distribution")
                    .put("title", title)
                    .put("downloadURL", base + path)
                    .put("mediaType", mediaType)
                    .put("format", format);
        }

        private Asset serveOn(MockOrigin origin, URI base, Dataset dataset) {
            MockFile file = origin.serve(path, Content.seeded(path.hashCode(), sizeBytes))
                    .as(mediaType);
            boolean gone = false;
            for (OriginPlan.PlannedFault planned : faults == null ? List.<OriginPlan.PlannedFault>of() : faults) {
                file.failing(planned.fault(), planned.times());
                gone |= planned.fault().equals(Fault.gone());
            }
            return new Asset(path, URI.create(base + path), dataset.title(), title, file.content(), gone);
        }
    }
}
