package org.climaterescue.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.climaterescue.db.invariant.Finding;
import org.climaterescue.dispatcher.TestDispatcher.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;

/** A dispatcher and what nodes and operators say to it. Every test has nodes of its own, called "a", "b" and so on. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class FleetTest {

    /** What a file's digest may be. */
    protected static final String DIGEST = "a".repeat(64);

    /** Another file's. */
    protected static final String OTHER = "b".repeat(64);

    private static final AtomicInteger COUNT = new AtomicInteger();

    protected TestDispatcher dispatcher;

    protected int test;

    /** The settings of the dispatcher. */
    protected abstract Map<String, String> settings();

    @BeforeAll
    void start() {
        dispatcher = TestDispatcher.start(settings());
    }

    @AfterAll
    void stop() {
        dispatcher.close();
    }

    @BeforeEach
    void nextTest() {
        test = COUNT.incrementAndGet();
    }

    /** Whatever a test did, the state of record keeps its laws. Leaves no work behind for the nodes of other tests. */
    @AfterEach
    void end() {
        List<Finding> broken = dispatcher.brokenLaws();
        callOff();
        assertThat(broken).isEmpty();
        assertThat(dispatcher.brokenLaws()).isEmpty();
    }

    private void callOff() {
        for (String status : new String[] {"pending", "assigned", "replicating"}) {
            dispatcher
                    .get("/tasks?limit=1000&status=" + status)
                    .body()
                    .at("/items")
                    .forEach(task ->
                            dispatcher.post("/tasks/" + task.at("/task_id").asText() + "/cancel", ""));
        }
    }

    protected String submit(int copies) {
        return submit(", 'copies':" + copies);
    }

    protected String submit(String more) {
        boolean copies = more.contains("copies");
        Answer answer = dispatcher.post(
                "/tasks",
                "{'dataset_url':'http://test" + test + ".example.org/" + COUNT.incrementAndGet() + "'"
                        + (more.contains("size_bytes") ? "" : ", 'size_bytes':1000")
                        + (copies ? "" : ", 'copies':1") + more + "}");
        assertThat(answer.status()).isEqualTo(202);
        return answer.at("/task_id");
    }

    protected String url(String task) {
        return dispatcher.get("/tasks/" + task).at("/dataset_url");
    }

    protected String claim(String node) {
        return dispatcher.post("/dispatch", dispatch(node, "")).at("/assignment/assigned_tasks/0/assignment_id");
    }

    protected String dispatch(String node, String more) {
        return "{'node_id':'" + node(node) + "', 'capacity_gb':1" + more + "}";
    }

    protected void register(String node, String operator) {
        dispatcher.post(
                "/nodes",
                "{'node_id':'" + node(node) + "','name':'x','capacity_gb':1,'operator':'" + operator + test + "'}");
    }

    protected void register(String node) {
        dispatcher.post("/nodes", "{'node_id':'" + node(node) + "','name':'" + node + "','capacity_gb':1}");
    }

    protected String node(String node) {
        return node + "-" + test;
    }

    protected Answer complete(String node, String lease, String digest) {
        String name = node.startsWith("stranger") ? node : node(node);
        return dispatcher.post(
                "/assignments/" + lease + "/complete",
                "{'node_id':'" + name + "','sha256':'" + digest + "','size_bytes':1000}");
    }

    protected Answer fail(String node, String lease, String reason) {
        return dispatcher.post(
                "/assignments/" + lease + "/fail", "{'node_id':'" + node(node) + "','reason':'" + reason + "'}");
    }

    protected Answer release(String node, String lease) {
        return dispatcher.post("/assignments/" + lease + "/release", "{'node_id':'" + node(node) + "'}");
    }

    protected Answer beat(String node) {
        return dispatcher.post("/nodes/" + node(node) + "/heartbeat", "{'capacity_gb':1,'assignments':[]}");
    }

    protected Answer beat(String node, String lease, long bytes) {
        return dispatcher.post(
                "/nodes/" + node(node) + "/heartbeat",
                "{'capacity_gb':1,'assignments':[{'assignment_id':'" + lease + "','bytes_done':" + bytes + "}]}");
    }

    protected String status(String node) {
        return dispatcher.get("/nodes/" + node(node)).at("/status");
    }

    protected String standing(String task) {
        return dispatcher.get("/tasks/" + task).at("/status");
    }

    /** The attempt that the last assignment is. */
    protected int attemptOf(String task) {
        JsonNode assignments = dispatcher.get("/tasks/" + task).body().at("/assignments");
        return assignments.get(assignments.size() - 1).at("/attempt").asInt();
    }
}
