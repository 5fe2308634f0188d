package org.climaterescue.mock;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.climaterescue.protocol.Json;
import org.jspecify.annotations.Nullable;

/**
 * What an origin serves and how it fails, as a JSON file has it:
 *
 * <pre>{@code
 * {"files": [
 *   {"path": "/sst.nc", "seed": 7, "size_bytes": 2000000, "content_type": "application/x-netcdf",
 *    "faults": [{"kind": "status", "status": 503, "times": 2},
 *               {"kind": "status", "status": 429, "retry_after_seconds": 5, "times": 1},
 *               {"kind": "cut", "after_bytes": 1000, "times": 1},
 *               {"kind": "delay", "millis": 300}, {"kind": "throttle", "bytes_per_second": 100000},
 *               {"kind": "corrupt", "position": 10, "times": 1}, {"kind": "change", "times": 1},
 *               {"kind": "unsized", "times": 1}]},
 *   {"path": "/old.nc", "faults": [{"kind": "redirect", "to": "/sst.nc"}]}]}
 * }</pre>
 *
 * <p>A fault without {@code times} never ends. A file without {@code size_bytes} is one that the origin serves already, or is
 * empty.
 */
public record OriginPlan(List<PlannedFile> files) {

    /**
     * One file.
     *
     * @param path from the slash on
     * @param seed see {@link Content#seeded}; null is a seed made of the path
     * @param sizeBytes 0 and up; null leaves the bytes as they are
     * @param contentType null for {@code application/octet-stream}
     * @param faults in their order; null for none
     */
    public record PlannedFile(
            String path,
            @Nullable Long seed,
            @Nullable Long sizeBytes,
            @Nullable String contentType,
            @Nullable List<PlannedFault> faults) {

        public PlannedFile {
            if (path == null || !path.startsWith("/")) {
                throw new IllegalArgumentException("path must begin with a slash: " + path);
            }
        }

        private void applyTo(MockOrigin origin) {
            MockFile file = sizeBytes == null && origin.serves(path)
                    ? origin.file(path)
                    : origin.serve(
                            path,
                            Content.seeded(seed == null ? path.hashCode() : seed, sizeBytes == null ? 0 : sizeBytes));
            if (contentType != null) {
                file.as(contentType);
            }
            if (faults != null) {
                faults.forEach(planned -> file.failing(planned.fault(), planned.times()));
            }
        }
    }

    /**
     * A fault and how often it comes.
     *
     * @param times 1 and up; {@link Integer#MAX_VALUE} never ends
     */
    public record PlannedFault(Fault fault, int times) {

        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        static PlannedFault from(JsonNode fault) throws JsonProcessingException {
            return new PlannedFault(
                    Json.mapper().treeToValue(fault, Fault.class),
                    fault.path("times").asInt(Integer.MAX_VALUE));
        }
    }

    /**
     * Reads a plan.
     *
     * @throws IOException when the file is not there, or not such a plan; the message says what is wrong
     */
    public static OriginPlan read(Path file) throws IOException {
        return Json.mapper().readValue(file.toFile(), OriginPlan.class);
    }

    /** Serves the files and adds the faults. */
    public void applyTo(MockOrigin origin) {
        files.forEach(file -> file.applyTo(origin));
    }
}
