package org.climaterescue.dispatcher.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.AriaRole;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Who works: nodes, and what they download. */
class NodesTest extends BrowserTest {

    @Override
    Set<String> places() {
        return Set.of("nodes", "dialog");
    }

    @Test
    void nodesAreFilteredByTheirStatus() {
        register("lost", "all");
        dispatcher.advance(Duration.ofSeconds(100));
        register("suspect", "all");
        dispatcher.advance(Duration.ofSeconds(70));
        for (String node : List.of("active", "draining", "gone")) {
            register(node, "all");
        }
        dispatcher.post("/nodes/" + node("draining") + "/drain", "");
        dispatcher.delete("/nodes/" + node("gone"));
        page.reload();
        page.getByLabel("Search nodes by name, id or operator").fill("all" + test);
        Locator rows = section("nodes").locator("tbody tr");
        assertThat(rows).hasCount(5);

        for (String status : List.of("active", "suspect", "lost", "draining", "gone")) {
            press(section("nodes"), status);
            assertThat(rows).hasCount(1);
            assertThat(rows.locator(".pill")).hasText(status);
        }
        press(section("nodes"), "all");
        assertThat(rows).hasCount(5);
    }

    @Test
    void nodesStandInTheOrderThatIsAskedFor() {
        for (String node : List.of("first", "second", "third")) {
            dispatcher.post(
                    "/nodes",
                    "{'node_id':'" + node(node) + "','name':'" + node + "','operator':'row" + test
                            + "','capacity_gb':1}");
        }
        submit(1);
        claim("third");
        page.getByLabel("Search nodes by name, id or operator").fill("row" + test);
        Locator names = section("nodes").locator("tbody .name");

        assertThat(names).hasText(new String[] {"third", "first", "second"});
        page.getByLabel("Order of nodes").selectOption("Silent for longest");
        page.waitForCondition(() -> {
            // That the third asked for work may be noted once more a moment later.
            beat("second");
            return names.allInnerTexts().equals(List.of("first", "third", "second"));
        });
        page.getByLabel("Order of nodes").selectOption("Oldest first");
        assertThat(names).hasText(new String[] {"first", "second", "third"});
        page.getByLabel("Order of nodes").selectOption("Busiest first");
        assertThat(names).hasText(new String[] {"third", "first", "second"});
    }

    @Test
    void whatANodeHoldsComparesWithTheFullestOfAllAlsoWhereThatOneIsNotShown() {
        for (int i = 0; i < 2; i++) {
            submit(1);
            complete("full", claim("full"), DIGEST);
        }
        submit(1);
        complete("half", claim("half"), DIGEST);
        long most = await().until(
                        () -> dispatcher
                                .get("/stats")
                                .body()
                                .at("/fullest_node_bytes")
                                .asLong(),
                        bytes -> bytes >= 2000);

        page.getByLabel("Search nodes by name, id or operator").fill(node("half"));

        assertThat(section("nodes").locator("tbody tr")).hasCount(1);
        assertThat(section("nodes").locator("tbody [data-label=Holds] .bar"))
                .hasAttribute("aria-label", 100_000 / most + " % of what the fullest node holds");
    }

    @Test
    void furtherDownloadsOfANodeAreUnfoldedAndLeadToTheirTasks() {
        for (int i = 0; i < 5; i++) {
            submit(1);
        }
        dispatcher.post("/dispatch", dispatch("a", ",'max_tasks':5"));
        page.getByLabel("Search nodes by name, id or operator").fill(node("a"));
        Locator downloads = section("nodes").locator(".downloads li");
        assertThat(downloads).hasCount(3);

        press(section("nodes"), "2 more");
        assertThat(downloads).hasCount(5);
        press(section("nodes"), "Fewer");
        assertThat(downloads).hasCount(3);

        downloads.first().getByRole(AriaRole.LINK).click();
        assertThat(section("task").locator(".title")).containsText("downloading");
    }

    @Test
    void aNodeIsFoundShowsItsDownloadsAndIsDrainedUntilItIsResumed() {
        register("anna", "north");
        submit(1);
        beat("anna", claim("anna"), 250);
        page.getByLabel("Search nodes by name, id or operator").fill("north" + test);
        Locator rows = section("nodes").locator("tbody tr");
        assertThat(rows).hasCount(1);
        assertThat(rows.first()).containsText("25 %");

        press(rows.first(), "Drain");
        press(question(), "Leave it");
        assertThat(status("anna")).isEqualTo("active");
        press(rows.first(), "Drain");
        press(question(), "Drain");

        assertThat(rows.first()).containsText("draining");
        assertThat(status("anna")).isEqualTo("draining");
        dispatcher.delete("/nodes/" + node("anna"));
        assertThat(rows.first()).containsText("drained, signed off");
        register("anna", "north");
        assertThat(rows.first()).containsText("draining");
        press(rows.first(), "Resume");
        assertThat(notice()).containsText("gets work again");
        assertThat(rows.first()).containsText("active");
        assertThat(status("anna")).isEqualTo("active");
        section("nodes")
                .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(Pattern.compile("^gone")))
                .click();
        assertThat(section("nodes")).containsText("No node is like that.");
    }

    @Test
    void aLongListOfNodesIsTurnedOverPageByPage() {
        for (int i = 0; i < 21; i++) {
            register("n" + i);
        }
        turn(section("nodes"), "Nodes", 20);
    }

    @Test
    void aListOfNodesThatCouldNotBeReadIsReadWhenSomebodyTriesAgain() {
        register("a", "late");
        isReadWhenSomebodyTriesAgain("nodes", "Search nodes by name, id or operator", "late" + test);
    }
}
