package org.climaterescue.dispatcher.task;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.StringReader;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import javax.xml.parsers.DocumentBuilderFactory;
import org.climaterescue.dispatcher.TestService;
import org.climaterescue.dispatcher.TestService.Answer;
import org.climaterescue.protocol.TaskId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xml.sax.InputSource;

/** Tasks 1 to 8, in every state that a task can be in, written as rows. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TaskReadingTest {

    private static final String ONES = "11".repeat(32);
    private static final String TWOS = "22".repeat(32);

    private TestService service;

    @BeforeAll
    void start(@TempDir Path dataDir) {
        service = TestService.start(dataDir);
        for (int i = 1; i <= 8; i++) {
            service.post(
                    "/tasks",
                    "{\"dataset_url\":\"http://%s.example.org/%d?a=\\\"b,c\\\"\"}"
                            .formatted(i % 2 == 0 ? "even" : "odd", i));
        }
        for (String node : List.of("anna", "bert", "carl")) {
            service.execute(
                    "insert into node (node_id, name, operator, region, capacity_bytes) values (?, ?, ?, 'north', 0)",
                    node,
                    node,
                    node.equals("carl") ? null : "club of " + node);
        }
        // 1 is pending, 2 is assigned, 3 waits, 4 has one copy, 5 and 6 are rescued, 7 failed, 8 is cancelled.
        lease(2, 1, 21);
        unready(3, 4, 5, 6, 7, 8);
        service.execute("insert into backoff values (3, now() + interval '1 hour')");
        failure(3, 2, 31, true);
        copy(4, 1, 41, ONES, null);
        stands(4, "replicating", 1, ONES, "unverified");
        lease(4, 2, 42);
        copy(5, 1, 51, ONES, "magnet:?xt=urn:btih:aabbccddeeff00112233445566778899aabbccdd");
        copy(5, 2, 52, ONES, null);
        copy(5, 3, 53, TWOS, null);
        stands(5, "rescued", 2, ONES, "verified");
        copy(6, 1, 61, TWOS, null);
        stands(6, "rescued", 1, TWOS, "unverified");
        failure(7, 3, 71, true);
        stands(7, "failed", 0, null, null);
        stands(8, "cancelled", 0, null, null);
        for (String[] line : new String[][] {
            {"assigned", "assigned", "1", "51"}, {"completed", "replicating", "1", "51"},
            {"assigned", "replicating", "2", "52"}, {"expired", "replicating", "2", "52"},
            {"completed", "rescued", "2", "52"}, {"assigned", "rescued", "3", "53"},
            {"assignment_cancelled", "rescued", "3", "53"},
        }) {
            service.execute("""
                    insert into event (task_id, at, kind, task_status, node_no, token, attempt, bytes_done, detail)
                    values (5, clock_timestamp(), ?::event_kind, ?::task_status, ?, ?, 1, 7, '{"k":1}')
                    """, line[0], line[1], Integer.parseInt(line[2]), Long.parseLong(line[3]));
        }
    }

    @AfterAll
    void stop() {
        service.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|8 7 6 5 4 3 2 1",
                "status=pending|3 1",
                "status=assigned|2",
                "status=replicating|4",
                "status=rescued|6 5",
                "status=failed|7",
                "status=cancelled|8",
                "host=odd.example.org|7 5 3 1",
                "host=odd.example.org&status=pending|3 1",
                "host=even.example.org&status=pending|''",
                "host=even.example.org&status=rescued|6",
                "host=unknown|''",
                "node_id=anna|6 5 4 2",
                "node_id=bert|5 4",
                "node_id=bert&status=replicating&host=even.example.org|4",
                "node_id=nobody|''",
                "catalog=c-5|''",
                "reason=other|7",
                "reason=gone|''",
                "verification=verified|5",
                "verification=unverified&status=rescued|6",
                "search=ODD.example.org/|7 5 3 1",
                "search=odd&status=pending|3 1",
                "search=/5%3Fa|5",
                "search=%25|''",
                "search=http://even.example.org:80/4?a=%22b,c%22|4",
                "search=t-6|6",
            })
    void aListShowsWhatMatchesAllThatIsGivenNewestFirst(String query, String expected) {
        String at = service.number("select min(task_id) from task") == 1 ? "" : "unexpected first number";
        assertThat(at).isEmpty();

        Answer answer = service.get("/tasks?" + query);

        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(String.join(" ", numbers(answer.json()))).isEqualTo(expected);
        // Page by page it is the same list.
        List<String> paged = new ArrayList<>();
        JsonNode page = service.get("/tasks?limit=2&" + query).json();
        paged.addAll(numbers(page));
        while (page.has("next_cursor")) {
            page = service.get("/tasks?limit=2&" + query + "&cursor="
                            + page.get("next_cursor").asText())
                    .json();
            paged.addAll(numbers(page));
        }
        assertThat(String.join(" ", paged)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "status=done,status",
        "limit=0,limit",
        "limit=1001,limit",
        "limit=x,limit",
        "cursor=%20,cursor",
        "cursor=abc,cursor",
        "catalog=5,catalog",
        "host=%00,host",
        "node_id=%00,node_id",
        "search=%00,search",
        "reason=moon,reason",
        "verification=true,verification",
    })
    void badParametersAreNamed(String query, String field) {
        Answer answer = service.get("/tasks?" + query);

        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(answer.json().path("field").asText()).as(answer.text()).isEqualTo(field);
    }

    @Test
    void aTaskTellsEverythingAboutItself() {
        JsonNode task = service.get("/tasks/" + new TaskId(5)).json();

        assertThat(task.get("status").asText()).isEqualTo("rescued");
        assertThat(task.get("verification").asText()).isEqualTo("verified");
        assertThat(task.get("copies_held").asInt()).isEqualTo(2);
        assertThat(task.get("sha256").asText()).isEqualTo(ONES);
        assertThat(task.get("size_bytes").asLong()).isEqualTo(7);
        assertThat(task.get("copies"))
                .extracting(copy -> copy.get("node_id").asText() + " "
                        + copy.get("verification").asText())
                .containsExactly("anna verified", "bert verified", "carl rejected");
        assertThat(task.get("copies").get(0).get("operator").asText()).isEqualTo("club of anna");
        assertThat(task.get("copies").get(2).has("operator")).isFalse();
        assertThat(task.get("assignments"))
                .extracting(one ->
                        one.get("node_id").asText() + " " + one.get("status").asText())
                .containsExactly("anna completed", "bert expired", "carl cancelled");
        assertThat(task.get("assignments").get(0).get("ended_at").asText()).endsWith("Z");
        assertThat(task.get("errors")).isEmpty();
        JsonNode history =
                service.get("/tasks/" + new TaskId(5) + "/history").json().get("items");
        assertThat(history).hasSize(8);
        assertThat(history.get(1).get("actor").asText()).isEqualTo("anna");
        assertThat(history.get(1).get("detail").get("k").asInt()).isEqualTo(1);
        assertThat(service.get("/tasks/" + new TaskId(5) + "/status").json().get("handled_by"))
                .extracting(JsonNode::asText)
                .containsExactly("anna", "bert", "carl");
    }

    @Test
    void aTaskThatWaitsOrIsWorkedOnSaysSo() {
        JsonNode waiting = service.get("/tasks/" + new TaskId(3)).json();
        assertThat(waiting.get("status").asText()).isEqualTo("pending");
        assertThat(waiting.get("attempts").asInt()).isEqualTo(1);
        assertThat(waiting.has("retry_at")).isTrue();
        assertThat(waiting.get("errors").get(0).get("reason").asText()).isEqualTo("network");
        assertThat(waiting.get("errors").get(0).get("node_id").asText()).isEqualTo("bert");

        JsonNode assigned = service.get("/tasks/" + new TaskId(2)).json();
        assertThat(assigned.get("status").asText()).isEqualTo("assigned");
        assertThat(assigned.get("assignments").get(0).get("status").asText()).isEqualTo("active");
        assertThat(assigned.get("assignments").get(0).has("ended_at")).isFalse();
        assertThat(service.get("/tasks/" + new TaskId(2) + "/status").json().get("handled_by"))
                .extracting(JsonNode::asText)
                .containsExactly("anna");
    }

    @Test
    void aUrlLeadsToItsCopiesInAnyEqualForm() {
        String url = "HTTP://ODD.example.org:80/5?a=\"b,c\"#x";

        JsonNode copies = service.get("/copies?url=" + URLEncoder.encode(url, StandardCharsets.UTF_8))
                .json();

        assertThat(copies.get("task_id").asText()).isEqualTo(new TaskId(5).toString());
        assertThat(copies.get("task_status").asText()).isEqualTo("rescued");
        assertThat(copies.get("copies")).hasSize(3);
        assertThat(service.get("/copies?url=http://example.org/unknown").status())
                .isEqualTo(404);
        assertThat(service.get("/copies?url=nonsense").json().get("field").asText())
                .isEqualTo("url");
        assertThat(service.get("/copies").status()).isEqualTo(400);
    }

    @Test
    void theManifestNamesEveryRescuedAssetInEveryFormat() throws Exception {
        String csv = service.get("/manifest").text();
        assertThat(csv.lines())
                .containsExactly(
                        "url,sha256,size_bytes,verification,nodes,magnet_link",
                        "\"http://odd.example.org/5?a=\"\"b,c\"\"\"," + ONES
                                + ",7,verified,anna bert,magnet:?xt=urn:btih:aabbccddeeff00112233445566778899aabbccdd",
                        "\"http://even.example.org/6?a=\"\"b,c\"\"\"," + TWOS + ",7,unverified,anna,");

        List<JsonNode> lines = service.get("/manifest?format=jsonl").lines();
        assertThat(lines).hasSize(2);
        assertThat(lines.getFirst().get("nodes")).extracting(JsonNode::asText).containsExactly("anna", "bert");
        assertThat(lines.getLast().has("magnet_link")).isFalse();

        assertThat(service.get("/manifest?format=sha256").text())
                .isEqualTo(ONES + "  odd.example.org/5@a=%22b,c%22\n" + TWOS + "  even.example.org/6@a=%22b,c%22\n");

        Answer meta4 = service.get("/manifest?format=meta4");
        assertThat(meta4.http().headers().firstValue("Content-Type").orElseThrow())
                .startsWith("application/metalink4+xml");
        var factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        var document = factory.newDocumentBuilder().parse(new InputSource(new StringReader(meta4.text())));
        var files = document.getElementsByTagNameNS("urn:ietf:params:xml:ns:metalink", "file");
        assertThat(files.getLength()).isEqualTo(2);
        assertThat(files.item(0).getAttributes().getNamedItem("name").getNodeValue())
                .isEqualTo("odd.example.org/5@a=%22b,c%22");
        var hashes = document.getElementsByTagNameNS("urn:ietf:params:xml:ns:metalink", "hash");
        assertThat(hashes.item(1).getTextContent()).isEqualTo(TWOS);

        assertThat(service.get("/manifest?format=pdf").json().get("field").asText())
                .isEqualTo("format");
    }

    private static List<String> numbers(JsonNode page) {
        return StreamSupport.stream(page.get("items").spliterator(), false)
                .map(task -> Long.toString(
                        TaskId.parse(task.get("task_id").asText()).orElseThrow().number()))
                .toList();
    }

    private void unready(long... tasks) {
        service.execute("delete from ready where task_id = any (?)", (Object) tasks);
    }

    private void lease(long task, int node, long token) {
        unready(task);
        service.execute("""
                insert into assignment (task_id, node_no, token, attempt, host_no, reserved_bytes, assigned_at, lease_until,
                                        progress_at)
                values (?, ?, ?, 1, 1, 0, now(), now() + interval '1 day', now())
                """, task, node, token);
        service.execute("""
                insert into event (task_id, at, kind, task_status, actor, node_no, token, attempt)
                values (?, now(), 'assigned', 'assigned', 'x', ?, ?, 1)
                """, task, node, token);
    }

    private void copy(long task, int node, long token, String sha256, @Nullable String magnet) {
        service.execute("""
                insert into copy (task_id, node_no, token, sha256, size_bytes, magnet_link, late, voice, completed_at)
                select ?, node_no, ?, decode(?, 'hex'), 7, ?, false, voice, clock_timestamp() from node where node_no = ?
                """, task, token, sha256, magnet, node);
    }

    private void failure(long task, int node, long token, boolean charged) {
        service.execute(
                "insert into failure (task_id, node_no, token, reason, charged, at) values (?, ?, ?, 'network', ?, now())",
                task,
                node,
                token,
                charged);
    }

    private void stands(long task, String status, int copies, @Nullable String sha256, @Nullable String verification) {
        service.execute("""
                insert into standing (task_id, status, copies, sha256, size_bytes, verification, since)
                values (?, ?::task_standing, ?, decode(?, 'hex'), ?, ?::verification, now())
                """, task, status, copies, sha256, sha256 == null ? null : 7L, verification);
    }
}
