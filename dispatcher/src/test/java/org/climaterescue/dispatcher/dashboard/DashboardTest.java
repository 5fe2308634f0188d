package org.climaterescue.dispatcher.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.AriaRole;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** How the rescue goes, who works, and where it hurts. */
class DashboardTest extends BrowserTest {

    @Override
    Set<String> places() {
        return Set.of("header", "footer", "progress", "nodes", "trouble", "savings", "notice", "dialog");
    }

    @Test
    @Order(1)
    void anEmptyRescueLeadsToWhereCatalogsAreDropped() {
        link(section("progress"), "below").click();

        assertThat(section("contents-title")).isFocused();
        assertThat(section("contents-title")).isInViewport();
    }

    @Test
    void theSectionsAreAWayDownAndTheNameIsAWayBack() {
        for (String name : List.of("Progress", "Nodes", "Trouble", "Contents", "Savings")) {
            link(page.locator("header"), name).click();
            assertThat(section(name.toLowerCase(Locale.ROOT) + "-title")).isFocused();
        }
        page.navigate("/#/tasks/" + submit(1));
        assertThat(section("task")).isVisible();

        link(page.locator("header"), "Climate data rescue").click();

        assertThat(section("progress")).isVisible();
        assertThat(section("task")).hasCount(0);
    }

    @Test
    void theInterfaceTheManifestAndTheFiguresAreALinkAway() {
        Locator footer = page.locator("footer").last();
        link(footer, "API").click();
        assertThat(page).hasURL(Pattern.compile("/docs"));
        page.goBack();
        link(footer, "Figures (JSON)").click();
        assertThat(page.locator("body")).containsText("\"counted_at\"");
        page.goBack();
        assertThat(page.waitForDownload(() -> link(footer, "Manifest (CSV)").click())
                        .url())
                .contains("/manifest?format=csv");
        // The browser itself looks for an icon of what is no page of ours.
        chromium.forgive();
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
    void longListsAreTurnedOverPageByPage() {
        for (int i = 0; i < 21; i++) {
            register("n" + i);
            dispatcher.post("/tasks", "{'dataset_url':'http://host" + i + ".of" + test + ".example.org/a'}");
        }
        turn(section("nodes"), "Nodes", 20);
        turn(section("trouble"), "Hosts", 10);
    }

    @Test
    void disputedFilesAreListedAndLeadToTheirPage() {
        for (int i = 0; i < 11; i++) {
            submit(2);
        }
        for (String[] said : new String[][] {{"left", DIGEST}, {"right", OTHER}}) {
            register(said[0], said[0]);
            dispatcher
                    .post("/dispatch", dispatch(said[0], ",'max_tasks':11"))
                    .body()
                    .at("/assignment/assigned_tasks")
                    .forEach(task -> complete(said[0], task.at("/assignment_id").asText(), said[1]));
        }
        turn(section("trouble"), "Disputes", 10);

        link(
                        section("trouble"),
                        url(dispatcher.get("/tasks?verification=disputed").at("/items/0/task_id"))
                                .replaceFirst(".*/", ""))
                .first()
                .click();

        assertThat(section("task").locator(".title")).containsText("disputed");
    }

    @Test
    void hostsAreFoundByAPartOfTheirName() {
        dispatcher.post("/tasks", "{'dataset_url':'http://needle" + test + ".example.org/a'}");
        dispatcher.post("/tasks", "{'dataset_url':'http://hay" + test + ".example.org/a'}");

        page.getByLabel("Search hosts").fill("NEEDLE" + test);

        assertThat(section("trouble").locator("tbody tr")).hasCount(1);
        assertThat(section("trouble").locator("tbody")).containsText("needle" + test + ".example.org");
    }

    @Test
    void aListThatCouldNotBeReadIsReadWhenSomebodyTriesAgain() {
        register("a", "late");
        submit(1);
        // Who does not look at the page is not asked for: a list stays as it is until the button is pressed.
        page.evaluate("Object.defineProperty(document, 'hidden', { get: () => true })");
        page.route(Pattern.compile("/(nodes|hosts)\\?"), route -> route.abort());
        page.getByLabel("Search nodes by name, id or operator").fill("late" + test);
        page.getByLabel("Search hosts").fill("test" + test);
        assertThat(section("nodes").getByRole(AriaRole.ALERT)).containsText("The dispatcher cannot be reached");
        assertThat(section("trouble").getByRole(AriaRole.ALERT)).containsText("The dispatcher cannot be reached");
        page.unrouteAll();

        for (String section : List.of("nodes", "trouble")) {
            press(section(section), "Try again");
            assertThat(section(section).locator("tbody tr")).hasCount(1);
            assertThat(section(section).getByRole(AriaRole.ALERT)).hasCount(0);
        }
        // The browser itself notes each call that fails.
        chromium.forgive();
    }

    @Test
    void aMessageIsDismissed() {
        String host = "test" + test + ".example.org";
        submit(1);
        press(row(host), "Pause");
        assertThat(notice()).containsText(host + " is paused");

        press(notice(), "Dismiss this message");

        assertThat(notice()).isEmpty();
        press(row(host), "Resume");
    }

    @Test
    void figuresFollowTheRescueWithoutAReload() {
        register("a");
        String task = submit(1);
        assertThat(section("progress")).containsText("of");
        assertThat(page.locator("#connection")).hasText("Live");
        int safe = safe();

        complete("a", claim("a"), DIGEST);

        assertThat(page.locator(".verdict .figure")).hasText(Integer.toString(safe + 1));
        assertThat(standing(task)).isEqualTo("rescued");
    }

    @Test
    void thePageSaysThatTheDatabaseIsAwayAndNotThatTheDispatcherIsSilent() {
        assertThat(page.locator("#connection")).hasText("Live");
        dispatcher.withoutDatabase(() -> {
            assertThat(page.locator("#connection")).containsText("Database away since");
            assertThat(page.locator("#connection")).containsText("figures of");
        });
        assertThat(page.locator("#connection")).hasText("Live");
        // Lists that were asked for meanwhile.
        chromium.forgive();
    }

    @Test
    void aHostIsPausedLimitedAndResumed() {
        submit(1);
        String host = "test" + test + ".example.org";
        Locator row = row(host);

        row.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Pause"))
                .click();
        assertThat(row).containsText("paused");
        assertThat(dispatcher.get("/hosts/" + host).at("/paused")).isEqualTo("true");
        assertThat(notice()).containsText(host + " is paused");

        row.getByRole(AriaRole.SPINBUTTON).fill("7");
        row.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Set the limit"))
                .click();
        assertThat(notice()).containsText("stands 7 connections");
        assertThat(dispatcher.get("/hosts/" + host).at("/max_connections")).isEqualTo("7");

        row.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Resume"))
                .click();
        assertThat(row).containsText("open");
        assertThat(dispatcher.get("/hosts/" + host).at("/paused")).isEqualTo("false");
    }

    @Test
    void allTasksOfAReasonAreRetriedAfterAQuestion() {
        String one = failed("network");
        String other = failed("network");
        Locator group = group("network");
        assertThat(group).containsText("2 tasks");

        press(group, "Retry all");
        Locator question = question();
        assertThat(question).containsText("Try 2 tasks again?");
        press(question, "Leave it");
        assertThat(question).hasCount(0);
        assertThat(standing(one)).isEqualTo("failed");

        press(group, "Retry all");
        press(question, "Retry all");

        assertThat(notice()).containsText("2 tasks will be tried again");
        assertThat(group).hasCount(0);
        assertThat(standing(one)).isEqualTo("pending");
        assertThat(standing(other)).isEqualTo("pending");
    }

    @Test
    void allTasksOfAReasonAreCancelled() {
        String task = failed("too_large");

        press(group("too large"), "Cancel all");
        press(question(), "Cancel all");

        assertThat(notice()).containsText("1 task cancelled");
        assertThat(standing(task)).isEqualTo("cancelled");
    }

    @Test
    void failedTasksAreShownAndRetriedOrCancelledOneByOne() {
        String again = failed("timeout");
        String enough = failed("timeout");
        Locator group = group("timeout");
        press(group, "Show");
        press(group, "Hide");
        assertThat(group.locator(".tasks")).hasCount(0);
        press(group, "Show");

        group.locator(".tasks li")
                .filter(new Locator.FilterOptions().setHasText(url(again)))
                .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Retry"))
                .click();
        assertThat(notice()).containsText("is tried again");
        assertThat(standing(again)).isEqualTo("pending");

        group.locator(".tasks li")
                .filter(new Locator.FilterOptions().setHasText(url(enough)))
                .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Cancel"))
                .click();
        press(question(), "Cancel the task");
        assertThat(notice()).containsText("is cancelled");
        assertThat(standing(enough)).isEqualTo("cancelled");
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
    void whatVolunteersAndOriginsSayIsShownAsTextAndNeverRun() {
        String evil = "<img src=x onerror=alert(1)>";
        dispatcher.post(
                "/nodes",
                "{'node_id':'" + node("evil") + "','name':'" + evil + "','capacity_gb':1,'operator':'" + evil + "'}");
        String task = submit(", 'copies':1, 'name':'" + evil + "'");
        dispatcher.post(
                "/assignments/" + claim("evil") + "/fail",
                "{'node_id':'" + node("evil") + "','reason':'forbidden','detail':'" + evil + "'}");

        page.getByLabel("Search nodes by name, id or operator").fill(node("evil"));
        assertThat(section("nodes").locator("tbody tr").first()).containsText(evil);
        assertThat(group("forbidden")).containsText(evil);
        page.navigate("/#/tasks/" + task);
        assertThat(page.locator("#task h2").first()).hasText(evil);
        assertThat(page.locator("main img")).hasCount(0);
    }

    @Test
    void everythingIsDoneByKeyboardToo() {
        failed("origin_error");
        assertThat(group("origin error")).isVisible();
        Locator retry =
                group("origin error").getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Retry all"));
        retry.focus();
        page.keyboard().press("Enter");
        Locator question = question();
        assertThat(question.getByText("Leave it")).isFocused();
        page.keyboard().press("Escape");
        assertThat(question).hasCount(0);
        assertThat(retry).isFocused();

        page.keyboard().press("Enter");
        page.keyboard().press("Tab");
        page.keyboard().press("Enter");

        assertThat(notice()).containsText("1 task will be tried again");
    }

    @Test
    void failedTasksAreTurnedOverPageByPageAndLeadToTheirPage() {
        for (int i = 0; i < 11; i++) {
            failed("network");
        }
        press(group("network"), "Show");
        turn(group("network"), "Tasks", 10);

        link(group("network"), "file of test " + test).first().click();

        assertThat(section("task").locator("h2").first()).hasText("file of test " + test);
        dispatcher.post("/tasks/cancel", "{'reason':'network'}");
    }

    @Test
    void theCurveGoesBackAsFarAsIsAsked() {
        submit(1);
        for (String span : List.of("Day", "All", "Hour")) {
            page.waitForResponse(
                    Pattern.compile("/stats/history\\?span=" + span.toLowerCase(Locale.ROOT)),
                    () -> press(section("progress"), span));
            assertThat(button(section("progress"), span)).hasAttribute("aria-pressed", "true");
            assertThat(section("progress").locator("[aria-pressed=true]")).hasCount(1);
        }
    }

    @Test
    void aReloadKeepsTheCurve() {
        submit(1);
        JsonNode before = dispatcher.get("/stats/history?span=all").body().at("/items");
        page.reload();

        assertThat(page.locator("#curve")).isVisible();
        assertThat(dispatcher.get("/stats/history?span=all").body().at("/items").size())
                .isGreaterThanOrEqualTo(before.size());
    }

    private int safe() {
        return Integer.parseInt(page.locator(".verdict .figure").textContent().replace(",", ""));
    }

    private Locator row(String host) {
        return section("trouble").locator("tbody tr").filter(new Locator.FilterOptions().setHasText(host));
    }
}
