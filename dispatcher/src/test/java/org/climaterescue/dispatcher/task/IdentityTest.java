package org.climaterescue.dispatcher.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.climaterescue.db.TestDatabase;
import org.climaterescue.dispatcher.TestDispatcher;
import org.climaterescue.dispatcher.TestDispatcher.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Two dispatchers on one database: who took a task, who answers for it, and who did it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IdentityTest {

    private static final String DIGEST = "a".repeat(64);

    private TestDispatcher here;
    private TestDispatcher there;

    @BeforeAll
    void start() {
        String database = TestDatabase.create();
        here = TestDispatcher.on(database, Map.of());
        there = TestDispatcher.on(database, Map.of());
        assertThat(whoIs(here)).isNotEqualTo(whoIs(there));
    }

    @AfterAll
    void stop() {
        here.close();
        there.close();
    }

    @Test
    void aTaskIsInitiatedByTheInstanceThatTookItHoweverItCame() {
        Answer single = here.post("/tasks", "{'dataset_url':'http://singly.test/1'}");
        assertThat(single.at("/initiated_by")).isEqualTo(whoIs(here));
        String bulk = there.post("/tasks/bulk", "{'dataset_url':'http://bulk.test/1'}")
                .at("/task_id");
        here.post("/catalogs?name=known&format=jsonl", "{'url':'http://catalog.test/1'}");
        await().until(() -> there.get("/catalogs").at("/items/0/status").equals("imported"));
        String catalog = there.get("/copies?url=http://catalog.test/1").at("/task_id");

        for (TestDispatcher asked : List.of(here, there)) {
            assertInitiatedBy(here, single.at("/task_id"), asked);
            assertInitiatedBy(there, bulk, asked);
            assertInitiatedBy(here, catalog, asked);
        }
    }

    @Test
    void aTaskIsHandledByTheNodesThatDidItInTheirOrderWhereverTheyReported() {
        String task = here.post("/tasks", "{'dataset_url':'http://handled.test/1','copies':2,'priority':10}")
                .at("/task_id");
        assertThat(handlers(there, task)).isEmpty();
        String first = claim(there, "z-first");
        assertThat(handlers(here, task)).containsExactly("z-first");
        complete(here, first, "z-first");
        String second = claim(here, "a-second");
        assertThat(handlers(there, task)).containsExactly("z-first");
        complete(there, second, "a-second");

        for (TestDispatcher asked : List.of(here, there)) {
            Answer status = asked.get("/tasks/" + task + "/status");
            assertThat(status.at("/status")).isEqualTo("rescued");
            assertThat(status.at("/initiated_by")).isEqualTo(whoIs(here));
            assertThat(status.at("/checked_by")).isEqualTo(whoIs(asked));
            assertThat(handlers(asked, task)).containsExactly("z-first", "a-second");
            Answer duplicate = asked.post("/tasks", "{'dataset_url':'http://handled.test/1'}");
            assertThat(duplicate.status()).isEqualTo(409);
            assertThat(texts(duplicate.body().at("/handled_by"))).containsExactly("z-first", "a-second");
        }
    }

    @Test
    void whoeverAnswersNamesItselfThoughManyAskBothAtOnce() throws Exception {
        String task =
                here.post("/tasks", "{'dataset_url':'http://asked.test/1'}").at("/task_id");
        List<Callable<Boolean>> calls = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            TestDispatcher asked = i % 2 == 0 ? here : there;
            calls.add(() ->
                    asked.get("/tasks/" + task + "/status").at("/checked_by").equals(whoIs(asked)));
        }

        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Boolean> one : threads.invokeAll(calls)) {
                assertThat(one.get()).isTrue();
            }
        }
    }

    private static void assertInitiatedBy(TestDispatcher initiator, String task, TestDispatcher asked) {
        assertThat(asked.get("/tasks/" + task).at("/initiated_by")).isEqualTo(whoIs(initiator));
        Answer status = asked.get("/tasks/" + task + "/status");
        assertThat(status.at("/initiated_by")).isEqualTo(whoIs(initiator));
        assertThat(status.at("/checked_by")).isEqualTo(whoIs(asked));
        assertThat(asked.get("/tasks/" + task + "/history").at("/items/0/actor"))
                .isEqualTo(whoIs(initiator));
    }

    private static String whoIs(TestDispatcher dispatcher) {
        return dispatcher.get("/whoami").at("/instance_id");
    }

    private static String claim(TestDispatcher at, String node) {
        return at.post("/dispatch", "{'node_id':'" + node + "','capacity_gb':10,'priority_level':'critical'}")
                .at("/assignment/assigned_tasks/0/assignment_id");
    }

    private static void complete(TestDispatcher at, String lease, String node) {
        Answer done = at.post(
                "/assignments/" + lease + "/complete",
                "{'node_id':'" + node + "','sha256':'" + DIGEST + "','size_bytes':1000}");
        assertThat(done.status()).isEqualTo(200);
    }

    private static List<String> handlers(TestDispatcher asked, String task) {
        return texts(asked.get("/tasks/" + task + "/status").body().at("/handled_by"));
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
