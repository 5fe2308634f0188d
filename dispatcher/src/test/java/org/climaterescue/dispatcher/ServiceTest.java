package org.climaterescue.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.climaterescue.dispatcher.service.InstanceId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the service says about itself, in open mode. */
final class ServiceTest {

    private static final String BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

    @TempDir
    static Path data;

    private static Served served;

    @BeforeAll
    static void start() {
        served = Served.start(data, Map.of());
    }

    @AfterAll
    static void stop() {
        served.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"*/*", "application/json", "application/json, text/html;q=0.5"})
    void programsAreGreetedInJson(String accept) throws Exception {
        Served.Answer answer = served.get("/", "Accept", accept);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.body()).isEqualTo("\"Hello rescuer 👋\"");
    }

    @Test
    void whoeverAcceptsAnythingIsGreetedInJson() throws Exception {
        assertThat(served.get("/").body()).isEqualTo("\"Hello rescuer 👋\"");
    }

    @Test
    void browsersGetTheDashboardWithNothingFromElsewhere() throws Exception {
        Served.Answer page = served.get("/", "Accept", BROWSER);

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("Content-Type")).isEqualTo("text/html;charset=utf-8");
        assertThat(page.header("Content-Security-Policy")).startsWith("default-src 'self'");
        assertThat(page.header("X-Content-Type-Options")).isEqualTo("nosniff");
        var links = Pattern.compile("(?:src|href)=\"([^\"]*)\"").matcher(page.body());
        while (links.find()) {
            assertThat(links.group(1)).startsWith("/").doesNotStartWith("//");
            if (links.group(1).startsWith("/dashboard")) {
                assertThat(served.get(links.group(1)).status())
                        .as(links.group(1))
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void healthIsUpWhileTheDatabaseAnswers() throws Exception {
        for (String path : new String[] {"/health", "/health/liveness", "/health/readiness"}) {
            Served.Answer answer = served.get(path);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.json().get("status").asText()).isEqualTo("UP");
        }
        assertThat(served.get("/health/readiness")
                        .json()
                        .at("/details/database/status")
                        .asText())
                .isEqualTo("UP");
        assertThat(served.get("/health/liveness").body()).doesNotContain("database");
    }

    @Test
    void whoAmIIsTheInstance() throws Exception {
        assertThat(served.get("/whoami").json().get("instance_id").asText())
                .isEqualTo(served.bean(InstanceId.class).value());
    }

    @Test
    void theInterfaceIsDescribedAsOpenApi() throws Exception {
        JsonNode api = served.get("/openapi.json").json();

        assertThat(api.get("openapi").asText()).startsWith("3.");
        assertThat(api.at("/info/title").asText()).isNotEmpty();
        assertThat(api.at("/info/version").asText()).isNotEmpty();
        assertThat(api.at("/servers/0/url").asText()).isEqualTo("/");
        JsonNode mock = api.at("/paths/~1mock_dispatch/post");
        assertThat(mock.get("description").asText()).contains("from the file of scenarios");
        assertThat(mock.at("/requestBody/content/application~1json/schema/$ref").asText())
                .endsWith("/DispatchRequest");
        assertThat(api.at("/components/schemas/DispatchRequest/properties").has("capacity_gb"))
                .isTrue();
        assertThat(api.toString()).doesNotContain("\"name\":\"caller\"");
    }

    @Test
    void everyCallSaysHowItIsRefused() throws Exception {
        JsonNode api = served.get("/openapi.json").json();

        api.get("paths")
                .forEach(path -> path.forEach(call -> {
                    assertThat(call.get("summary").asText()).isNotEmpty();
                    assertThat(call.at("/responses/400/$ref").asText()).isEqualTo("#/components/responses/400");
                }));
        JsonNode submit = api.at("/paths/~1tasks/post/responses");
        assertThat(submit.has("202")).isTrue();
        assertThat(submit.has("200")).isFalse();
        assertThat(submit.has("409")).isTrue();
        assertThat(api.at("/paths/~1tasks/get/security")).isEmpty();
        assertThat(api.at("/paths/~1health~1readiness/get").isMissingNode()).isFalse();
        assertThat(api.at("/components/responses/409/content/application~1problem+json/schema/$ref")
                        .asText())
                .isEqualTo("#/components/schemas/Problem");
    }

    @Test
    void programsThatAreMadeOfTheDescriptionFindNamesAndTypesInIt() throws Exception {
        JsonNode api = served.get("/openapi.json").json();

        // The compiler numbers names that are there twice.
        assertThat(api.findValuesAsText("operationId")).doesNotHaveDuplicates().noneMatch(id -> id.matches(".*_\\d+"));
        assertThat(api.at("/tags").findValuesAsText("name"))
                .containsAll(api.get("paths").findValues("tags").stream()
                        .map(tags -> tags.get(0).asText())
                        .toList());
        assertThat(api.at("/components/schemas/TaskPage.Page/properties/items/items/$ref")
                        .asText())
                .isEqualTo("#/components/schemas/TaskPage.Listed");
        assertThat(api.at("/components/schemas/TaskRequest/properties/payload/type")
                        .asText())
                .isEqualTo("object");
        assertThat(api.at("/components/schemas").properties().stream().map(Map.Entry::getKey))
                .noneMatch(name -> name.startsWith("Http"));
    }

    @Test
    void theDocsPageLoadsOnlyFromHere() throws Exception {
        String page = served.get("/docs").body();

        assertThat(page).contains("'/openapi.json'");
        assertThat(page).doesNotContain("http://").doesNotContain("https://");
        for (String file : new String[] {"swagger-ui.css", "swagger-ui-bundle.js", "swagger-ui-standalone-preset.js"}) {
            assertThat(served.get("/docs/res/" + file).status()).as(file).isEqualTo(200);
        }
    }

    @Test
    void metricsAreOpenInOpenMode() throws Exception {
        Served.Answer metrics = served.get("/prometheus");

        assertThat(metrics.status()).isEqualTo(200);
        assertThat(metrics.header("Content-Type")).startsWith("text/plain");
        assertThat(metrics.body()).contains("# TYPE jvm_memory_used_bytes gauge");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/beans", "/env", "/loggers", "/refresh", "/routes", "/stop", "/threaddump", "/info", "/caches"})
    void noOtherManagementIsExposed(String path) throws Exception {
        assertThat(served.get(path).status()).isEqualTo(404);
        assertThat(served.post(path, "{}").status()).isEqualTo(404);
    }

    @Test
    void pagesOfOtherSitesCannotCommandAnOpenDispatcher() throws Exception {
        for (String[] headers : new String[][] {
            {"Origin", "https://other.example"}, {"Sec-Fetch-Site", "cross-site"},
        }) {
            Served.Answer answer = served.post("/probe/operate", "{}", headers);
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.code()).isEqualTo("forbidden");
            assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        }
        String own = served.uri("").toString();
        assertThat(served.post("/probe/operate", "{}", "Origin", own, "Sec-Fetch-Site", "same-origin")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void inOpenModeNoCredentialIsAskedForOrLookedAt() throws Exception {
        for (String[] headers : new String[][] {{}, {"Authorization", "Bearer nobodys"}}) {
            assertThat(served.post("/probe/operate", "{}", headers).status()).isEqualTo(200);
            assertThat(served.post("/probe/nodes/any/report", "{}", headers).status())
                    .isEqualTo(200);
            assertThat(served.send("PATCH", "/probe/unmarked", null, headers).status())
                    .isEqualTo(200);
        }
    }
}
