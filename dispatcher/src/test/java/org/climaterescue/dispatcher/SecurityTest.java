package org.climaterescue.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Secured mode: who may do what. */
final class SecurityTest {

    private static final String OPERATOR = "the-operator-key";
    private static final String JOIN = "the-join-key";

    @TempDir
    static Path data;

    private static Served served;
    private static String token;

    @BeforeAll
    static void start() throws Exception {
        served = Served.start(
                data, Map.of("RESCUE_OPERATOR_KEY", OPERATOR, "RESCUE_JOIN_KEY", JOIN, "RESCUE_RATE_LIMIT", "1000000"));
        Served.Answer welcome =
                served.post("/nodes", "{\"node_id\":\"node-1\",\"name\":\"one\",\"capacity_gb\":1}", bearer(JOIN));
        assertThat(welcome.status()).as(welcome.body()).isEqualTo(201);
        token = welcome.json().get("token").asText();
    }

    @AfterAll
    static void stop() {
        served.close();
    }

    @Test
    void everybodyIsToldAsWhomHeIsKnown() throws Exception {
        assertThat(served.get("/whoami").json().get("secured").asBoolean()).isTrue();
        assertThat(served.get("/whoami").json().has("role")).isFalse();
        assertThat(served.get("/whoami", bearer(OPERATOR)).json().get("role").asText())
                .isEqualTo("operator");
        assertThat(served.get("/whoami", bearer(JOIN)).json().get("role").asText())
                .isEqualTo("join");
        assertThat(served.get("/whoami", bearer(token)).json().get("role").asText())
                .isEqualTo("node");
    }

    @Test
    void withoutACredentialWritingIsA401() throws Exception {
        for (String path : new String[] {"/probe/operate", "/probe/join", "/probe/nodes/node-1/report"}) {
            Served.Answer answer = served.post(path, "{}");
            assertThat(answer.status()).as(path).isEqualTo(401);
            assertThat(answer.code()).isEqualTo("unauthorized");
            assertThat(answer.header("WWW-Authenticate")).startsWith("Bearer");
            assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer nobodys",
                "Bearer ",
                "Bearer",
                "the-operator-key",
                "Basic dGhlLW9wZXJhdG9yLWtleTo=",
                "Bearer the-operator-key2",
                "Bearer the-operator-ke",
                "Bearer THE-OPERATOR-KEY"
            })
    void anUnknownCredentialIsA401(String authorization) throws Exception {
        Served.Answer answer = served.post("/probe/operate", "{}", "Authorization", authorization);
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.code()).isEqualTo("unauthorized");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer the-operator-key", "bearer the-operator-key", "BEARER  the-operator-key "})
    void theOperatorKeyOperatesAndJoins(String authorization) throws Exception {
        for (String path : new String[] {"/probe/operate", "/probe/join"}) {
            Served.Answer answer = served.post(path, "{}", "Authorization", authorization);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).contains("Operator");
        }
    }

    @Test
    void theJoinKeyJoinsAndNothingElse() throws Exception {
        assertThat(served.post("/probe/join", "{}", bearer(JOIN)).body()).contains("Joiner");
        assertForbidden(served.post("/probe/operate", "{}", bearer(JOIN)));
        assertForbidden(served.post("/probe/nodes/node-1/report", "{}", bearer(JOIN)));
        assertForbidden(served.send("DELETE", "/probe/nodes/node-1", null, bearer(JOIN)));
    }

    @Test
    void aNodesTokenActsForThatNodeAlone() throws Exception {
        assertThat(served.post("/probe/nodes/node-1/report", "{}", bearer(token))
                        .body())
                .contains("nodeId=node-1");
        assertThat(served.send("DELETE", "/probe/nodes/node-1", null, bearer(token))
                        .status())
                .isEqualTo(200);
        assertForbidden(served.post("/probe/nodes/node-2/report", "{}", bearer(token)));
        assertForbidden(served.send("DELETE", "/probe/nodes/node-2", null, bearer(token)));
        assertForbidden(served.post("/probe/operate", "{}", bearer(token)));
        assertForbidden(served.post("/probe/join", "{}", bearer(token)));
    }

    @Test
    void nobodyReportsInANodesNameNotEvenAnOperator() throws Exception {
        assertForbidden(served.post("/probe/nodes/node-1/report", "{}", bearer(OPERATOR)));
        assertThat(served.send("DELETE", "/probe/nodes/node-1", null, bearer(OPERATOR))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aNodeThatAnOperatorHasSignedOffComesBackOnlyWithAKey() throws Exception {
        String node = "{\"node_id\":\"node-3\",\"name\":\"three\",\"capacity_gb\":1}";
        String ask = "{\"node_id\":\"node-3\",\"capacity_gb\":1}";
        String own =
                served.post("/nodes", node, bearer(JOIN)).json().get("token").asText();
        assertForbidden(served.post("/nodes", node, bearer(JOIN)));
        served.send("DELETE", "/nodes/node-3", null, bearer(own));
        assertThat(served.post("/dispatch", ask, bearer(own)).status()).isEqualTo(200);

        assertThat(served.send("DELETE", "/nodes/node-3", null, bearer(OPERATOR))
                        .status())
                .isEqualTo(200);

        Served.Answer refused = served.post("/dispatch", ask, bearer(own));
        assertForbidden(refused);
        assertThat(refused.body()).contains("an operator has signed node node-3 off");
        assertForbidden(served.post("/nodes", node, bearer(own)));
        served.send("DELETE", "/nodes/node-3", null, bearer(own));
        assertForbidden(served.post("/dispatch", ask, bearer(own)));
        assertThat(served.get("/nodes/node-3").json().get("status").asText()).isEqualTo("gone");

        Served.Answer again = served.post("/nodes", node, bearer(JOIN));
        assertThat(again.status()).as(again.body()).isEqualTo(200);
        assertThat(served.post(
                                "/dispatch",
                                ask,
                                bearer(again.json().get("token").asText()))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aNodesOwnDrainEndsWithItsSignOffAndAnOperatorsOnlyByAnOperator() throws Exception {
        String node = "{\"node_id\":\"node-drained\",\"name\":\"drained\",\"capacity_gb\":1}";
        String own =
                served.post("/nodes", node, bearer(JOIN)).json().get("token").asText();

        served.post("/nodes/node-drained/drain", "{}", bearer(own));
        assertThat(statusOf("node-drained")).isEqualTo("draining");
        served.send("DELETE", "/nodes/node-drained", null, bearer(own));
        served.post("/nodes", node, bearer(own));
        assertThat(statusOf("node-drained")).isEqualTo("active");

        served.post("/nodes/node-drained/drain", "{}", bearer(OPERATOR));
        assertForbidden(served.post("/nodes/node-drained/resume", "{}", bearer(own)));
        assertForbidden(served.post("/nodes/node-drained/resume", "{}", bearer(JOIN)));
        served.send("DELETE", "/nodes/node-drained", null, bearer(own));
        served.post("/nodes", node, bearer(own));
        assertThat(statusOf("node-drained")).isEqualTo("draining");

        served.post("/nodes/node-drained/resume", "{}", bearer(OPERATOR));
        assertThat(statusOf("node-drained")).isEqualTo("active");
    }

    @Test
    void aNodeThatNobodyKnowsIsA404NotA403() throws Exception {
        for (String path : new String[] {"/dispatch", "/nodes/nobody/heartbeat"}) {
            Served.Answer answer =
                    served.post(path, "{\"node_id\":\"nobody\",\"capacity_gb\":1,\"assignments\":[]}", bearer(token));
            assertThat(answer.status()).as(path).isEqualTo(404);
        }
        assertForbidden(served.post("/dispatch", "{\"node_id\":\"node-1\",\"capacity_gb\":1}", bearer(JOIN)));
    }

    @Test
    void aRouteThatSaysNothingIsClosed() throws Exception {
        assertThat(served.send("PATCH", "/probe/unmarked", null).status()).isEqualTo(401);
        assertForbidden(served.send("PATCH", "/probe/unmarked", null, bearer(OPERATOR)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/health",
                "/health/readiness",
                "/whoami",
                "/docs",
                "/docs/res/swagger-ui.css",
                "/openapi.json",
                "/dashboard/app.js",
                "/probe/list",
                "/nodes"
            })
    void readingIsPublicEvenWithACredentialThatNobodyKnows(String path) throws Exception {
        assertThat(served.get(path).status()).isEqualTo(200);
        assertThat(served.send("HEAD", path, null).status()).isEqualTo(200);
        assertThat(served.get(path, bearer("nobodys")).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/prometheus", "/prometheus/"})
    void metricsAreTheOperatorsOnly(String path) throws Exception {
        assertThat(served.get(path).status()).isEqualTo(401);
        assertThat(served.send("HEAD", path, null).status()).isBetween(401, 405);
        assertForbidden(served.get(path, bearer(JOIN)));
        assertForbidden(served.get(path, bearer(token)));
        Served.Answer metrics = served.get(path, bearer(OPERATOR));
        assertThat(metrics.status()).isEqualTo(200);
        assertThat(metrics.body()).contains("jvm_memory_used_bytes");
    }

    @ParameterizedTest
    @CsvSource({"GET,/nothing,404", "POST,/nothing,404", "PUT,/whoami,405", "POST,/docs/res/swagger-ui.css,405"})
    void whatIsNotThereIsNotThereForAnybody(String method, String path, int status) throws Exception {
        assertThat(served.send(method, path, null).status()).isEqualTo(status);
        assertThat(served.send(method, path, null, bearer("nobodys")).status()).isEqualTo(status);
    }

    @Test
    void mockModeIsOffUnlessAskedFor() throws Exception {
        assertThat(served.post("/mock_dispatch", "{}", bearer(OPERATOR)).status())
                .isEqualTo(404);
    }

    private static void assertForbidden(Served.Answer answer) throws Exception {
        assertThat(answer.status()).as(answer.body()).isEqualTo(403);
        assertThat(answer.code()).isEqualTo("forbidden");
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    }

    private static String statusOf(String node) throws Exception {
        return served.get("/nodes/" + node).json().get("status").asText();
    }

    private static String[] bearer(String credential) {
        return new String[] {"Authorization", "Bearer " + credential};
    }
}
