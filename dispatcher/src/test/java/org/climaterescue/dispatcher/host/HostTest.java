package org.climaterescue.dispatcher.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.climaterescue.dispatcher.FleetTest;
import org.climaterescue.dispatcher.TestDispatcher.Answer;
import org.junit.jupiter.api.Test;

/** How gentle the fleet is to origins. */
class HostTest extends FleetTest {

    @Override
    protected Map<String, String> settings() {
        return Map.of("RESCUE_HOST_CONNECTIONS", "4");
    }

    @Test
    void aHostHasNoMoreConnectionsThanItStandsOverTheWholeFleet() {
        submitMany(10);

        List<String> leases = new ArrayList<>();
        for (String node : new String[] {"a", "b", "c", "a", "b", "c", "d"}) {
            leases.add(claim(node));
        }

        assertThat(leases.stream().filter(lease -> !lease.isEmpty())).hasSize(4);
        complete("a", leases.getFirst(), DIGEST);
        assertThat(claim("e")).isNotEmpty();
        assertThat(claim("f")).isEmpty();
        assertThat(host().at("/active")).isEqualTo("4");
    }

    @Test
    void theBusiestHostsComeFirstThenThoseThatAreLeftAlone() {
        submitMany(3);
        for (String name : new String[] {"paused", "idle"}) {
            dispatcher.post(
                    "/tasks", "{'dataset_url':'http://" + name + test + ".example.org/1','copies':1,'priority':1}");
        }
        dispatcher.patch("/hosts/paused" + test + ".example.org", "{'paused':true}");
        assertThat(claim("a")).isNotEmpty();

        assertThat(hosts("sort=active")).containsExactly("test", "paused", "idle");
        assertThat(hosts("sort=known")).containsExactly("idle", "paused", "test");
        assertThat(hosts("search=PAUSED" + test)).containsExactly("paused");
        Answer first = dispatcher.get("/hosts?limit=1&sort=active");
        assertThat(dispatcher
                        .get("/hosts?sort=active&limit=1&cursor=" + first.at("/next_cursor"))
                        .at("/items/0/host"))
                .isNotEqualTo(first.at("/items/0/host"))
                .isNotEmpty();
        assertThat(dispatcher.get("/hosts?sort=size").at("/field")).isEqualTo("sort");
        assertThat(dispatcher
                        .get("/hosts?sort=known&cursor=" + first.at("/next_cursor"))
                        .at("/field"))
                .isEqualTo("cursor");
    }

    @Test
    void theHostsForWhichMostWaitsComeFirstAlsoWhenNothingIsUnderWay() {
        submitMany(3);
        for (String url : new String[] {"small", "large", "large/2", "large/3", "large/4"}) {
            String host = url.replaceFirst("/.*", "");
            dispatcher.post(
                    "/tasks",
                    "{'dataset_url':'http://" + host + test + ".example.org/" + url + "','copies':1,'priority':1}");
        }

        assertThat(hosts("sort=waiting")).containsExactly("large", "test", "small");

        claim("a");
        claim("b");
        assertThat(hosts("sort=waiting")).containsExactly("large", "test", "small");
        assertThat(hosts("sort=active").getFirst()).isEqualTo("test");
        String next = "";
        List<String> paged = new ArrayList<>();
        do {
            Answer page = dispatcher.get("/hosts?sort=waiting&limit=1" + next);
            paged.add(page.at("/items/0/host"));
            next = "&cursor=" + page.at("/next_cursor");
        } while (!next.equals("&cursor="));
        assertThat(paged).doesNotHaveDuplicates().containsAll(List.of("large" + test + ".example.org"));
    }

    private List<String> hosts(String query) {
        List<String> ours = new ArrayList<>();
        String end = test + ".example.org";
        dispatcher.get("/hosts?limit=1000&" + query).body().at("/items").forEach(host -> {
            String name = host.at("/host").asText();
            if (name.endsWith(end)) {
                ours.add(name.substring(0, name.length() - end.length()));
            }
        });
        return ours;
    }

    @Test
    void oneCallGetsNoMoreThanTheHostStands() {
        submitMany(10);

        assertThat(claims("a", 10)).isEqualTo(4);
    }

    @Test
    void aSaturatedHostDelaysNoOtherHost() {
        submitMany(200);
        assertThat(claims("a", 10)).isEqualTo(4);
        String other = dispatcher
                .post("/tasks", "{'dataset_url':'http://other" + test + ".example.org/1','priority':1,'copies':1}")
                .at("/task_id");

        assertThat(dispatcher.post("/dispatch", dispatch("b", "")).at("/assignment/assigned_tasks/0/task_id"))
                .isEqualTo(other);
    }

    @Test
    void workOfHostsThatStandMoreComesInTheOrderOfWorkPastASaturatedOne() {
        submitMany(200);
        assertThat(claims("a", 10)).isEqualTo(4);
        List<String> expected = new ArrayList<>();
        for (int priority = 4; priority >= 2; priority--) {
            for (int i = 0; i < 2; i++) {
                expected.add(dispatcher
                        .post(
                                "/tasks",
                                "{'dataset_url':'http://other" + test + "-" + i + ".example.org/" + priority
                                        + "','priority':" + priority + ",'copies':1}")
                        .at("/task_id"));
            }
        }

        Answer given = dispatcher.post(
                "/dispatch", dispatch("b", ",'max_tasks':100").replace("'capacity_gb':1,", "'capacity_gb':1000,"));

        assertThat(given.body().at("/assignment/assigned_tasks"))
                .map(task -> task.at("/task_id").asText())
                .containsExactlyElementsOf(expected);
    }

    @Test
    void aBusyHostIsLeftAloneUntilItsRetryAfter() {
        submitMany(3);
        busy("a", claim("a"), ",'retry_after_seconds':600");

        assertThat(claim("b")).isEmpty();
        dispatcher.advance(Duration.ofSeconds(590));
        assertThat(claim("b")).isEmpty();
        dispatcher.advance(Duration.ofSeconds(11));
        assertThat(claim("b")).isNotEmpty();
        assertThat(host().at("/connections")).isEqualTo("4");
    }

    @Test
    void aBusyHostThatDoesNotSayForHowLongIsTrustedWithHalfAndRecoversSlowly() {
        submitMany(20);
        String first = claim("a");
        String second = claim("a");
        busy("a", first, "");
        // What was asked before the pause and is refused too is the same complaint.
        busy("a", second, "");
        assertThat(host().at("/connections")).isEqualTo("2");
        assertThat(claim("b")).isEmpty();

        dispatcher.advance(Duration.ofSeconds(31));
        assertThat(claims("b", 10)).isEqualTo(2);
        dispatcher.advance(Duration.ofSeconds(30));
        assertThat(host().at("/connections")).isEqualTo("3");
        dispatcher.advance(Duration.ofSeconds(60));
        assertThat(host().at("/connections")).isEqualTo("4");
        dispatcher.advance(Duration.ofHours(1));
        assertThat(host().at("/connections")).isEqualTo("4");
    }

    @Test
    void pausesOfAHostThatStaysBusyDouble() {
        submitMany(20);
        busy("a", claim("a"), "");
        dispatcher.advance(Duration.ofSeconds(31));
        busy("a", claim("a"), "");

        assertThat(host().at("/connections")).isEqualTo("1");
        dispatcher.advance(Duration.ofSeconds(31));
        assertThat(claim("b")).isEmpty();
        dispatcher.advance(Duration.ofSeconds(31));
        assertThat(claim("b")).isNotEmpty();
    }

    @Test
    void anOperatorPausesAHostAndLetsItGoOn() {
        submitMany(2);
        steer("{'paused':true}");
        assertThat(claim("a")).isEmpty();
        assertThat(host().at("/paused")).isEqualTo("true");
        var waiting = dispatcher.posting("/dispatch", dispatch("a", ",'wait_seconds':60"));

        steer("{'paused':false}");

        assertThat(waiting.join().body().at("/assignment/assigned_tasks")).hasSize(1);
    }

    @Test
    void aHostThatAnOperatorLetsGoOnIsTrustedAsBeforeItWasBusy() {
        submitMany(3);
        busy("a", claim("a"), "");
        assertThat(host().at("/connections")).isEqualTo("2");

        assertThat(steer("{'paused':true}").at("/connections")).isEqualTo("2");
        assertThat(steer("{'paused':false}").at("/connections")).isEqualTo("4");

        assertThat(claim("b")).isNotEmpty();
    }

    @Test
    void anOperatorSetsTheLimitOfAHost() {
        submitMany(10);
        steer("{'max_connections':1}");
        assertThat(claims("a", 10)).isEqualTo(1);

        assertThat(steer("{'max_connections':3}").at("/max_connections")).isEqualTo("3");

        assertThat(claims("a", 10)).isEqualTo(2);
    }

    @Test
    void whatMakesNoSenseIsRefusedAndChangesNothing() {
        submitMany(1);
        for (String body : new String[] {"{}", "{'max_connections':0}", "{'max_connections':1001}", "{'paused':'x'}"}) {
            Answer refused = steer(body);
            assertThat(refused.status()).as(body).isEqualTo(400);
            assertThat(refused.at("/field")).as(body).isNotEmpty();
        }
        assertThat(host().at("/max_connections")).isEqualTo("4");
        assertThat(dispatcher
                        .patch("/hosts/nobody.example.org", "{'paused':true}")
                        .status())
                .isEqualTo(404);
        assertThat(dispatcher.get("/hosts?limit=1").body().at("/items")).hasSize(1);
    }

    private void submitMany(int tasks) {
        for (int i = 0; i < tasks; i++) {
            submit(",'copies':1");
        }
    }

    private int claims(String node, int tasks) {
        return dispatcher
                .post("/dispatch", dispatch(node, ",'max_tasks':" + tasks))
                .body()
                .at("/assignment/assigned_tasks")
                .size();
    }

    private void busy(String node, String lease, String more) {
        Answer answer = dispatcher.post(
                "/assignments/" + lease + "/fail",
                "{'node_id':'" + node(node) + "','reason':'origin_busy'" + more + "}");
        assertThat(answer.status()).isEqualTo(200);
    }

    private Answer host() {
        return dispatcher.get("/hosts/test" + test + ".example.org");
    }

    private Answer steer(String body) {
        return dispatcher.patch("/hosts/test" + test + ".example.org", body);
    }
}
