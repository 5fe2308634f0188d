package org.climaterescue.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.climaterescue.protocol.Json;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is wrong with a request, the answer is one problem that names it. */
final class ProblemsTest {

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
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{                                                         |                            | breaks off",
                "{\"node_name\" \"a\"}                                     |                            | not valid JSON at line 1",
                "{\"node_name\":\"a\"} x                                   |                            | not valid JSON",
                "{\"node_name\":\"a\"} {}                                  |                            | follows the end",
                "[]                                                        |                            | the body must be an object",
                "\"text\"                                                  |                            | the body must be an object",
                "5                                                         |                            | the body must be an object",
                "null                                                      |                            | the body",
                "{}                                                        | node_name                  | node_name is missing",
                "{\"node_name\":null}                                      | node_name                  | node_name is missing",
                "{\"node_name\":5}                                         | node_name                  | node_name must be a text",
                "{\"node_name\":{}}                                        | node_name                  | node_name must be a text",
                "{\"node_name\":\"a\\u0000b\"}                             | node_name                  | U+0000",
                "{\"node_name\":\"a\",\"node_name\":\"b\"}                 | node_name                  | twice",
                "{\"node_name\":\"a\",\"max_tasks\":\"5\"}                 | max_tasks                  | max_tasks must be a whole number",
                "{\"node_name\":\"a\",\"max_tasks\":1.5}                   | max_tasks                  | max_tasks",
                "{\"node_name\":\"a\",\"max_tasks\":99999999999}           | max_tasks                  | max_tasks is out of range",
                "{\"node_name\":\"a\",\"max_tasks\":0}                     | max_tasks                  | max_tasks must be greater than or equal to 1",
                "{\"node_name\":\"a\",\"max_tasks\":11}                    | max_tasks                  | max_tasks must be less than or equal to 10",
                "{\"node_name\":\"a\",\"capacity_gb\":\"big\"}             | capacity_gb                | capacity_gb must be a number",
                "{\"node_name\":\"a\",\"capacity_gb\":NaN}                 | capacity_gb                | capacity_gb must be a number that JSON knows, not NaN at line 1",
                "{\"node_name\":\"a\",\"capacity_gb\":-Infinity}           | capacity_gb                | capacity_gb must be a number that JSON knows, not -Infinity",
                "{\"node_name\":\"a\",\"max_tasks\":1e400}                 | max_tasks                  | max_tasks must be a whole number",
                "{\"node_name\":\"a\",\"max_tasks\":9223372036854775808}   | max_tasks                  | max_tasks is out of range",
                "{\"node_name\":\"a\",\"x\":{\"y\":1,\"y\":2}}               | y                          | twice",
                "{\"node_name\":\"a\",\"urgent\":\"yes\"}                  | urgent                     | urgent must be true or false",
                "{\"node_name\":\"a\",\"urgent\":1}                        | urgent                     | urgent must be true or false",
                "{\"node_name\":\"a\",\"priority_level\":\"urgent\"}       | priority_level             | one of low, medium, high, critical",
                "{\"node_name\":\"a\",\"priority_level\":2}                | priority_level             | one of low, medium, high, critical",
                "{\"node_name\":\"a\",\"priority_level\":\"\"}             | priority_level             | one of low, medium, high, critical",
                "{\"node_name\":\"a\",\"started_at\":\"yesterday\"}        | started_at                 | RFC 3339",
                "{\"node_name\":\"a\",\"assignments\":{}}                  | assignments                | assignments must be a list",
                "{\"node_name\":\"a\",\"assignments\":[5]}                 | assignments[0]             | assignments[0] must be an object",
                "{\"node_name\":\"a\",\"assignments\":[null]}              | assignments[0]             | assignments[0] is missing",
                "{\"node_name\":\"a\",\"assignments\":[{\"assignment_id\":\"x\",\"bytes_done\":\"y\"}]} | assignments[0].bytes_done | must be a whole number",
                "{\"node_name\":\"a\",\"assignments\":[{\"assignment_id\":\"x\"},{\"assignment_id\":\"y\",\"bytes_done\":-1}]} | assignments[1].bytes_done | greater than or equal to 0",
                "{\"node_name\":\"a\",\"assignments\":[{\"bytes_done\":1}]} | assignments[0].assignment_id | is missing",
            })
    void aBodyThatIsWrongIsA400ThatNamesTheField(String body, String field, String detail) throws Exception {
        Served.Answer answer = served.post("/probe/order", body);

        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.code()).isEqualTo("invalid");
        assertThat(answer.field()).as(answer.body()).isEqualTo(field == null ? "" : field);
        assertThat(answer.detail()).contains(detail);
        assertThat(answer.json().get("status").asInt()).isEqualTo(400);
        assertThat(answer.json().get("type").asText()).endsWith(":invalid");
        assertThat(answer.json().get("title").asText()).isEqualTo("Invalid");
    }

    @Test
    void unknownMembersAreIgnoredAndAFractionKeepsItsValue() throws Exception {
        Served.Answer answer =
                served.post("/probe/order", "{\"node_name\":\"ä👋\",\"capacity_gb\":0.5,\"colour\":{\"deep\":[1,2]}}");

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.json()).isEqualTo(Json.mapper().readTree("{\"node_name\":\"ä👋\",\"capacity_gb\":0.5}"));
    }

    @Test
    void aBodyThatIsAbsentOrEmptyIsSaidToBe() throws Exception {
        for (Served.Answer answer : new Served.Answer[] {
            served.post("/probe/order", ""),
            served.post("/probe/order", "  \n"),
            served.send("POST", "/probe/order", null),
            served.send("POST", "/probe/order", null, "Content-Type", "application/json")
        }) {
            assertThat(answer.status()).as(answer.body()).isEqualTo(400);
            assertThat(answer.code()).isEqualTo("invalid");
            assertThat(answer.detail()).containsPattern("empty|missing");
        }
    }

    @Test
    void bytesThatAreNotUtf8AreRefused() throws Exception {
        byte[] body = "{\"node_name\":\"?\"}".getBytes(StandardCharsets.US_ASCII);
        body[14] = (byte) 0xff;

        Served.Answer answer = served.send("POST", "/probe/order", body, "Content-Type", "application/json");

        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.detail()).contains("UTF-8");
    }

    @Test
    void aNumberHasSoManyDigits() throws Exception {
        Served.Answer answer = served.post("/probe/order", "{\"max_tasks\":" + "9".repeat(2000) + "}");

        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.detail()).isEqualTo("a number has too many digits");
    }

    @ParameterizedTest
    @ValueSource(strings = {"br", "zstd", "compress", "identity, gzip", "x"})
    void aBodyThatNobodyHereUnpacksIsA415(String coding) throws Exception {
        for (String path : new String[] {"/tasks", "/tasks/bulk", "/nodes/n/heartbeat", "/catalogs"}) {
            Served.Answer answer = served.post(path, "{}", "Content-Encoding", coding);

            assertThat(answer.status()).as(answer.body()).isEqualTo(415);
            assertThat(answer.code()).isEqualTo("unsupported_media_type");
            assertThat(answer.detail()).contains("Content-Encoding: gzip");
            boolean streamed = path.equals("/tasks/bulk") || path.equals("/catalogs");
            assertThat(answer.header("Accept-Encoding"))
                    .isEqualTo(streamed ? "gzip, identity" : "gzip, deflate, identity");
        }
    }

    @Test
    void aPackedBodyIsUnpackedAndItsSizeIsThatOfWhatWasPacked() throws Exception {
        assertThat(packed("/probe/order", padded(65_536)).status()).isEqualTo(200);
        assertThat(served.post("/probe/order", padded(100), "Content-Encoding", "identity")
                        .status())
                .isEqualTo(200);
        for (String path : new String[] {"/probe/order", "/tasks", "/nodes/n/heartbeat"}) {
            Served.Answer bomb = packed(path, " ".repeat(50_000_000));
            assertThat(bomb.status()).as(bomb.body()).isEqualTo(413);
            assertThat(bomb.code()).isEqualTo("too_large");
            Served.Answer broken = served.post(path, padded(100), "Content-Encoding", "gzip");
            assertThat(broken.status()).as(broken.body()).isEqualTo(400);
            assertThat(broken.detail()).contains("not packed as its Content-Encoding says");
        }
    }

    @Test
    void aStreamedBodyUnpacksToSoManyTimesItsSizeAtMostHoweverItIsSent() throws Exception {
        byte[] bomb = gzip(" ".repeat(150_000_000));
        byte[] good = gzip("{\"dataset_url\":\"not a url\"}\n".repeat(100_000));
        for (String[] headers : new String[][] {{"Content-Encoding", "gzip"}, {"Content-Encoding", "x-gzip"}, {}}) {
            Served.Answer refused = served.send("POST", "/tasks/bulk", bomb, headers);
            assertThat(refused.status()).as(refused.body()).isEqualTo(413);
            assertThat(refused.code()).isEqualTo("too_large");
            assertThat(refused.detail()).contains("200 times");

            Served.Answer answer = served.send("POST", "/tasks/bulk", good, headers);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body().lines()).hasSize(100_000);

            Served.Answer broken = served.send("POST", "/tasks/bulk", Arrays.copyOf(good, 20), headers);
            assertThat(broken.status()).as(broken.body()).isEqualTo(400);
            assertThat(broken.detail()).contains("breaks off");
        }
        Served.Answer deflated = served.send("POST", "/tasks/bulk", good, "Content-Encoding", "deflate");
        assertThat(deflated.status()).isEqualTo(415);
        assertThat(deflated.detail()).contains(".gz file");
        assertThat(
                        served.raw(
                                "POST /tasks/bulk HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\nConnection: close\r\n\r\n0\r\n\r\n"))
                .startsWith("HTTP/1.1 415");
    }

    @ParameterizedTest
    @CsvSource({
        "/tasks, '\"dataset_url\":\"http://example.org/never\"'",
        "/nodes, '\"name\":\"never\",\"capacity_gb\":1'",
        "/dispatch, '\"node_id\":\"never\",\"capacity_gb\":1'",
        "/nodes/never/heartbeat, '\"capacity_gb\":1,\"assignments\":[]'",
        "/assignments/t-1-1/complete, '\"node_id\":\"never\",\"size_bytes\":1'",
        "/assignments/t-1-1/fail, '\"node_id\":\"never\",\"reason\":\"gone\"'",
        "/assignments/t-1-1/release, '\"node_id\":\"never\"'",
        "/assignments/complete, '\"node_id\":\"never\",\"completions\":[]'",
    })
    void aBadBodyLeavesNothingBehindAtAnyCall(String path, String members) throws Exception {
        String whole = "{" + members + "}";
        for (String body : new String[] {
            "",
            whole.substring(0, whole.length() - 1),
            whole + "x",
            whole + "{}",
            "[".repeat(60_000),
            "{" + members + "," + members + "}",
            "{" + members + ",\"x\":" + "[".repeat(30_000) + "}",
            "{" + members + ",\"x\":NaN}",
            "{" + members + ",\"x\":" + "9".repeat(2000) + "}",
        }) {
            Served.Answer answer = served.post(path, body);
            assertThat(answer.status()).as(path + " " + answer.body()).isEqualTo(400);
            assertThat(answer.code()).isEqualTo("invalid");
        }
        Served.Answer repeated = served.post(path, "{" + members + "," + members + "}");
        assertThat(repeated.field()).isEqualTo(members.substring(1, members.indexOf('"', 1)));
        assertThat(served.get("/tasks").json().get("items")).isEmpty();
        assertThat(served.get("/nodes").body()).doesNotContain("never");
    }

    @Test
    void aBodyThatBreaksOffLeavesNothingBehind() throws Exception {
        served.cut("POST /tasks HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n"
                + "{\"dataset_url\":\"http://example.org/cut\"}");

        assertThat(served.get("/tasks").json().get("items")).isEmpty();
    }

    @Test
    void aUrlOf100KilobytesIsRefusedEverywhere() throws Exception {
        String url = "http://example.org/" + "a".repeat(100_000);
        assertThat(served.post("/tasks", "{\"dataset_url\":\"" + url + "\"}").status())
                .isEqualTo(413);
        Served.Answer shorter = served.post("/tasks", "{\"dataset_url\":\"" + url.substring(0, 60_000) + "\"}");
        assertThat(shorter.status()).isEqualTo(400);
        assertThat(shorter.field()).isEqualTo("dataset_url");
        Served.Answer line = served.post("/tasks/bulk", "{\"dataset_url\":\"" + url + "\"}\n");
        assertThat(line.json().get("status").asInt()).isEqualTo(400);
    }

    @Test
    void nestingHasAnEnd() throws Exception {
        String deep = "{\"node_name\":\"a\",\"x\":" + "[".repeat(5000) + "]".repeat(5000) + "}";

        Served.Answer answer = served.post("/probe/order", deep);

        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.detail()).contains("nested deeper");
    }

    @ParameterizedTest
    @CsvSource({
        "/probe/list?limit=abc,limit,limit must be a whole number",
        "/probe/list?limit=99999999999,limit,limit must be a whole number",
        "/probe/list?limit=0,limit,limit must be greater than or equal to 1",
        "/probe/list?limit=101,limit,limit must be less than or equal to 100",
        "/probe/list?level=urgent,level,'one of low, medium, high, critical'",
        "/probe/required,page_size,page_size is missing",
        "/probe/required?page_size=x,page_size,page_size must be a whole number",
        "/probe/number/x,task_number,task_number must be a whole number",
    })
    void aParameterThatIsWrongIsNamed(String path, String field, String detail) throws Exception {
        Served.Answer answer = served.get(path);

        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("invalid");
        assertThat(answer.field()).isEqualTo(field);
        assertThat(answer.detail()).contains(detail);
    }

    @Test
    void theWordsOfTheWireAreTakenInTheQueryToo() throws Exception {
        assertThat(served.get("/probe/list?level=high").json().get("level").asText())
                .isEqualTo("HIGH");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/nodes/%00", "/nodes/a%00b", "/tasks?node_id=%00", "/tasks?host=%00", "/copies?url=http://a/%00"
            })
    void aCharacterThatNothingIsNamedWithIsNoFaultOfOurs(String path) throws Exception {
        assertThat(served.get(path).status()).isBetween(400, 404);
    }

    @Test
    void anUnknownRouteIsA404() throws Exception {
        for (String path : new String[] {"/nothing", "/docs/nothing.js", "/%F0%9F%91%8B"}) {
            Served.Answer answer = served.get(path);
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.code()).isEqualTo("not_found");
            assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        }
    }

    @Test
    void aWrongMethodIsA405ThatSaysWhichAreAllowed() throws Exception {
        Served.Answer answer = served.send("PUT", "/probe/order", null);

        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.header("Allow")).isEqualTo("POST");
        assertThat(answer.code()).isEqualTo("method_not_allowed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"text/plain", "application/x-www-form-urlencoded", "application/xml", "multipart/form-data"})
    void aBodyOfAnotherTypeIsA415ThatSaysWhatToSend(String type) throws Exception {
        Served.Answer answer = served.send(
                "POST", "/probe/order", "{\"node_name\":\"a\"}".getBytes(StandardCharsets.UTF_8), "Content-Type", type);

        assertThat(answer.status()).as(answer.body()).isEqualTo(415);
        assertThat(answer.code()).isEqualTo("unsupported_media_type");
        assertThat(answer.detail()).contains("Content-Type: application/json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json; charset=utf-8", "application/json;charset=UTF-8", "APPLICATION/JSON"})
    void jsonMayNameItsCharset(String type) throws Exception {
        Served.Answer answer = served.send(
                "POST", "/probe/order", "{\"node_name\":\"ä\"}".getBytes(StandardCharsets.UTF_8), "Content-Type", type);

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.json().get("node_name").asText()).isEqualTo("ä");
    }

    @Test
    void aBodyWithoutATypeIsTakenForJson() throws Exception {
        Served.Answer answer =
                served.send("POST", "/probe/order", "{\"node_name\":\"a\"}".getBytes(StandardCharsets.UTF_8));

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    }

    @Test
    void whatCannotBeHadInTheWantedFormIsA406() throws Exception {
        Served.Answer answer = served.get("/whoami", "Accept", "application/xml");

        assertThat(answer.status()).isEqualTo(406);
        assertThat(answer.code()).isEqualTo("not_acceptable");
        assertThat(answer.detail()).contains("application/json");
        assertThat(served.get("/nothing", "Accept", "image/png").code()).isEqualTo("not_found");
    }

    @ParameterizedTest
    @CsvSource({
        "/probe/order,65536,65537",
        "/nodes/n/heartbeat,1048576,1048577",
        "/assignments/complete,1048576,1048577"
    })
    void aBodyHasALargestSize(String path, int fits, int tooLarge) throws Exception {
        assertThat(served.post(path, padded(fits)).status()).isNotEqualTo(413);
        Served.Answer refused = served.post(path, padded(tooLarge));
        assertThat(refused.status()).as(refused.body()).isEqualTo(413);
        assertThat(refused.code()).isEqualTo("too_large");
    }

    @Test
    void aBodyOfUnknownLengthHasALargestSizeToo() throws Exception {
        assertThat(chunked("/probe/order", 65_536)).startsWith("HTTP/1.1 200 ");
        assertThat(chunked("/probe/order", 65_537)).startsWith("HTTP/1.1 413 ").contains("\"code\":\"too_large\"");
        assertThat(chunked("/probe/order", 3_000_000))
                .startsWith("HTTP/1.1 413 ")
                .contains("\"code\":\"too_large\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pool", "stopped"})
    void aDatabaseThatIsAwayIsA503ToTryAgain(String kind) throws Exception {
        for (String way : new String[] {"throw", "later"}) {
            Served.Answer answer = served.get("/probe/" + way + "/" + kind);
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.code()).isEqualTo("database_unavailable");
            assertThat(Integer.parseInt(answer.header("Retry-After"))).isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sql", "bug"})
    void aFaultOfOursTellsNothingOfTheInside(String kind) throws Exception {
        for (String way : new String[] {"throw", "later"}) {
            Served.Answer answer = served.get("/probe/" + way + "/" + kind);
            assertThat(answer.status()).isEqualTo(500);
            assertThat(answer.code()).isEqualTo("internal");
            assertThat(answer.body()).doesNotContain("secret").doesNotContain("wrapped");
        }
    }

    @Test
    void aRefusalCarriesItsMembersAndHeaders() throws Exception {
        Served.Answer busy = served.get("/probe/throw/problem");
        assertThat(busy.status()).isEqualTo(503);
        assertThat(busy.header("Retry-After")).isEqualTo("2");
        assertThat(busy.json().get("queue").asInt()).isEqualTo(3);

        Served.Answer lost = served.get("/probe/refuse-later");
        assertThat(lost.status()).isEqualTo(409);
        assertThat(lost.body())
                .isEqualTo(
                        "{\"type\":\"urn:problem-type:climate-rescue:lease_lost\",\"title\":\"Lease lost\",\"status\":409,"
                                + "\"detail\":\"gone\",\"code\":\"lease_lost\",\"task_status\":\"pending\"}");
    }

    @Test
    void whatIsTooLongToBeARequestIsRefusedCleanly() throws Exception {
        assertThat(served.raw("GET /" + "a".repeat(40_000) + " HTTP/1.1\r\nHost: x\r\n\r\n"))
                .startsWith("HTTP/1.0 414 ")
                .contains("\"code\":\"url_too_long\"");
        assertThat(served.raw("GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + "a".repeat(40_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431 ")
                .contains("\"code\":\"headers_too_large\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET\r\n\r\n",
                "nonsense\r\n\r\n",
                "GET /probe/list?limit=%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                "GET /tasks/%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                "GET /a b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                "GET /| HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\nBad Header: y\r\n\r\n",
                "POST /probe/order HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\nConnection: close\r\n\r\n",
                "POST /probe/order HTTP/1.1\r\nHost: x\r\nContent-Length: five\r\nConnection: close\r\n\r\n",
            })
    void whatIsNotARequestGetsA4xx(String request) throws IOException {
        assertThat(served.raw(request)).matches("(?s)HTTP/1\\.[01] 4\\d\\d .*").contains("application/problem+json");
    }

    @Test
    void readingCallsAnswerHead() throws Exception {
        for (String path : new String[] {"/", "/whoami", "/health", "/health/readiness", "/openapi.json", "/docs"}) {
            Served.Answer answer = served.send("HEAD", path, null);
            assertThat(answer.status()).as(path).isEqualTo(200);
            assertThat(answer.body()).isEmpty();
        }
    }

    private static Served.Answer packed(String path, String text) throws Exception {
        return served.send("POST", path, gzip(text), "Content-Type", "application/json", "Content-Encoding", "gzip");
    }

    private static byte[] gzip(String text) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var packed = new GZIPOutputStream(out)) {
            packed.write(text.getBytes(StandardCharsets.US_ASCII));
        }
        return out.toByteArray();
    }

    private static String padded(int length) {
        String start = "{\"node_name\":\"";
        return start + "a".repeat(length - start.length() - 2) + "\"}";
    }

    private static String chunked(String path, int length) throws IOException {
        var request = new StringBuilder("POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n");
        String body = padded(length);
        for (int from = 0; from < length; from += 10_000) {
            String chunk = body.substring(from, Math.min(length, from + 10_000));
            request.append(Integer.toHexString(chunk.length()))
                    .append("\r\n")
                    .append(chunk)
                    .append("\r\n");
        }
        return served.raw(request.append("0\r\n\r\n").toString());
    }
}
