package org.climaterescue.dispatcher.membership;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.climaterescue.db.Sql;
import org.climaterescue.db.Transactions;
import org.climaterescue.dispatcher.FleetTest;
import org.climaterescue.dispatcher.TestDispatcher.Answer;
import org.junit.jupiter.api.Test;

/** What an operator has drained stays so until he says otherwise. */
class DrainTest extends FleetTest {

    @Override
    protected Map<String, String> settings() {
        return Map.of();
    }

    @Test
    void aDrainOutlivesARestartOfTheAgent() {
        submit(1);
        register("a");
        drain("a");

        dispatcher.delete("/nodes/" + node("a"));
        assertThat(status("a")).isEqualTo("gone");
        register("a");

        assertThat(status("a")).isEqualTo("draining");
        assertThat(claim("a")).isEmpty();
    }

    @Test
    void aDrainedNodeThatOnlyAsksForWorkAgainDrainsToo() {
        submit(1);
        register("a");
        drain("a");

        dispatcher.delete("/nodes/" + node("a"));

        assertThat(claim("a")).isEmpty();
        assertThat(status("a")).isEqualTo("draining");
        assertThat(claim("a")).isEmpty();
    }

    @Test
    void aDrainOutlivesSilence() {
        submit(1);
        register("a");
        drain("a");
        dispatcher.advance(Duration.ofSeconds(121));
        assertThat(status("a")).isEqualTo("lost");

        assertThat(beat("a").at("/node_status")).isEqualTo("draining");

        assertThat(claim("a")).isEmpty();
    }

    @Test
    void aDrainOfANodeThatHasLeftHoldsWhenItIsBack() {
        register("a");
        dispatcher.delete("/nodes/" + node("a"));

        drain("a");

        assertThat(status("a")).isEqualTo("gone");
        assertThat(drained("a")).isEqualTo("true");
        register("a");
        assertThat(status("a")).isEqualTo("draining");
    }

    @Test
    void anOlderInstanceThatTakesADrainedNodeBackDoesNotEndItsDrain() {
        register("a");
        drain("a");
        dispatcher.delete("/nodes/" + node("a"));

        dispatcher
                .bean(Transactions.class)
                .in(connection -> Sql.of(connection, """
                                update node n
                                set state = case when n.state = 'gone' then 'joined' else n.state end, dismissed = false
                                where n.node_id = ?
                                """, node("a")).update());

        assertThat(status("a")).isEqualTo("draining");
    }

    @Test
    void aNodeWhoseDrainIsUndoneIsGivenWork() {
        String task = submit(1);
        register("a");
        drain("a");
        var waiting = dispatcher.posting("/dispatch", dispatch("a", ", 'wait_seconds':60"));

        Answer resumed = dispatcher.post("/nodes/" + node("a") + "/resume", "");

        assertThat(resumed.at("/status")).isEqualTo("active");
        assertThat(drained("a")).isEqualTo("false");
        String given = waiting.join().at("/assignment/assigned_tasks/0/task_id");
        assertThat(given.isEmpty() ? taskOf(claim("a")) : given).isEqualTo(task);
        dispatcher.delete("/nodes/" + node("a"));
        register("a");
        assertThat(status("a")).isEqualTo("active");
    }

    @Test
    void toUndoADrainCallsNoNodeBackAndIsHeardFromNone() {
        register("left");
        drain("left");
        dispatcher.delete("/nodes/" + node("left"));
        register("silent");
        drain("silent");
        dispatcher.advance(Duration.ofSeconds(121));

        for (String node : new String[] {"left", "silent"}) {
            dispatcher.post("/nodes/" + node(node) + "/resume", "");
        }

        assertThat(status("left")).isEqualTo("gone");
        assertThat(status("silent")).isEqualTo("lost");
        register("left");
        beat("silent");
        assertThat(status("left")).isEqualTo("active");
        assertThat(status("silent")).isEqualTo("active");
        assertThat(dispatcher.post("/nodes/nobody-" + test + "/resume", "").status())
                .isEqualTo(404);
    }

    private void drain(String node) {
        assertThat(dispatcher.post("/nodes/" + node(node) + "/drain", "").status())
                .isEqualTo(200);
    }

    private String drained(String node) {
        return dispatcher.get("/nodes/" + node(node)).at("/drained");
    }

    private String taskOf(String assignment) {
        return assignment.replaceFirst("^a-(.*)-[^-]*$", "t-$1");
    }
}
