package org.climaterescue.mock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OriginPlanTest {

    @TempDir
    private Path dir = Path.of("");

    private final MockOrigin origin = MockOriginTest.started();
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void stop() {
        client.close();
        origin.close();
    }

    @Test
    void aPlanFileSaysWhatIsServedAndHowItFails() throws Exception {
        plan("""
                {"files": [
                  {"path": "/sst.nc", "seed": 7, "size_bytes": 5000, "content_type": "application/x-netcdf",
                   "faults": [{"kind": "status", "status": 429, "retry_after_seconds": 5, "times": 2}]},
                  {"path": "/old.nc", "faults": [{"kind": "redirect", "to": "/sst.nc"}]}]}
                """).applyTo(origin);

        assertThat(get("/sst.nc").headers().firstValue("Retry-After")).contains("5");
        assertThat(get("/sst.nc").statusCode()).isEqualTo(429);
        HttpResponse<byte[]> file = get("/sst.nc");
        assertThat(file.headers().firstValue("Content-Type")).contains("application/x-netcdf");
        assertThat(file.body()).isEqualTo(MockOriginTest.bytes(Content.seeded(7, 5000)));
        assertThat(get("/old.nc").headers().firstValue("Location")).contains("/sst.nc");
        assertThat(get("/old.nc").statusCode()).as("never ends").isEqualTo(302);
    }

    @Test
    void aPlanWithoutASizeAddsFaultsToAFileThatIsThere() throws Exception {
        origin.serve("/there", Content.of("there"));

        plan("""
                {"files": [{"path": "/there", "faults": [{"kind": "status", "status": 500, "times": 1}]}]}
                """).applyTo(origin);

        assertThat(get("/there").statusCode()).isEqualTo(500);
        assertThat(get("/there").body()).asString().isEqualTo("there");
    }

    @Test
    void everyKindOfFaultCanBePlanned() throws Exception {
        OriginPlan plan = plan("""
                {"files": [{"path": "/all", "size_bytes": 1, "faults": [
                  {"kind": "delay", "millis": 300}, {"kind": "throttle", "bytes_per_second": 1000},
                  {"kind": "status", "status": 404}, {"kind": "redirect", "to": "/x"}, {"kind": "cut", "after_bytes": 9},
                  {"kind": "corrupt", "position": 0}, {"kind": "change", "times": 3}]}]}
                """);

        assertThat(plan.files().getFirst().faults())
                .isEqualTo(List.of(
                        always(Fault.delay(Duration.ofMillis(300))),
                        always(Fault.throttle(1000)),
                        always(Fault.gone()),
                        always(Fault.redirectTo("/x")),
                        always(Fault.cutAfter(9)),
                        always(Fault.corruptAt(0)),
                        new OriginPlan.PlannedFault(Fault.change(), 3)));
    }

    @Test
    void aPlanThatMakesNoSenseIsRefusedWithAReason() {
        assertThatThrownBy(() -> plan("""
                        {"files": [{"path": "/x", "faults": [{"kind": "explode"}]}]}
                        """)).isInstanceOf(IOException.class).hasMessageContaining("explode");
        assertThatThrownBy(() -> plan("""
                        {"files": [{"path": "/x", "faults": [{"kind": "cut", "after_bytes": -1}]}]}
                        """))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("after_bytes must be 0 or more");
        assertThatThrownBy(() -> plan("""
                        {"files": [{"path": "x"}]}
                        """))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("path must begin with a slash");
    }

    private static OriginPlan.PlannedFault always(Fault fault) {
        return new OriginPlan.PlannedFault(fault, Integer.MAX_VALUE);
    }

    private OriginPlan plan(String json) throws IOException {
        return OriginPlan.read(Files.writeString(dir.resolve("plan.json"), json));
    }

    private HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(origin.url(path)).build(), BodyHandlers.ofByteArray());
    }
}
