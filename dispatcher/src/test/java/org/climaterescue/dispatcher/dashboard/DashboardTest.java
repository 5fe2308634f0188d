package org.climaterescue.dispatcher.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.FilePayload;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Pattern;
import org.climaterescue.dispatcher.FleetTest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an operator does on the dashboard, in a real browser against a real dispatcher. A task fails with its first failure here. */
class DashboardTest extends FleetTest {

    private static Chromium chromium;
    private Page page;

    @Override
    protected Map<String, String> settings() {
        return Map.of("RESCUE_MAX_ATTEMPTS", "1", "RESCUE_HOST_CONNECTIONS", "10");
    }

    @BeforeAll
    static void startBrowser() {
        chromium = Chromium.start();
    }

    @AfterAll
    static void stopBrowser() {
        if (chromium != null) {
            chromium.close();
        }
    }

    @BeforeEach
    void openPage() {
        page = chromium.open(dispatcher.uri());
    }

    @AfterEach
    void closePage() {
        page.context().close();
        chromium.assertQuiet();
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
        Locator question = page.getByRole(AriaRole.DIALOG);
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
        press(page.getByRole(AriaRole.DIALOG), "Cancel all");

        assertThat(notice()).containsText("1 task cancelled");
        assertThat(standing(task)).isEqualTo("cancelled");
    }

    @Test
    void failedTasksAreShownAndRetriedOrCancelledOneByOne() {
        String again = failed("timeout");
        String enough = failed("timeout");
        Locator group = group("timeout");
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
        press(page.getByRole(AriaRole.DIALOG), "Cancel the task");
        assertThat(notice()).containsText("is cancelled");
        assertThat(standing(enough)).isEqualTo("cancelled");
    }

    @Test
    void aNodeIsFoundShowsItsDownloadsAndIsDrained() {
        register("anna", "north");
        submit(1);
        beat("anna", claim("anna"), 250);
        page.getByLabel("Search nodes by name, id or operator").fill("north" + test);
        Locator rows = section("nodes").locator("tbody tr");
        assertThat(rows).hasCount(1);
        assertThat(rows.first()).containsText("25 %");

        press(rows.first(), "Drain");
        press(page.getByRole(AriaRole.DIALOG), "Drain");

        assertThat(rows.first()).containsText("draining");
        assertThat(status("anna")).isEqualTo("draining");
        section("nodes")
                .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(Pattern.compile("^gone")))
                .click();
        assertThat(section("nodes")).containsText("No node is like that.");
    }

    @Test
    void aTaskIsFoundAndItsPageTellsItsChainOfCustody() {
        register("a");
        String task = submit(", 'copies':1, 'name':'sea ice " + test + "', 'dataset':'Cryosphere'");
        String lease = claim("a");
        page.getByLabel("Part of a URL, a name or a dataset").fill("SEA ICE " + test);
        page.getByRole(
                        AriaRole.BUTTON,
                        new Page.GetByRoleOptions().setName("Search").setExact(true))
                .click();

        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("sea ice " + test))
                .first()
                .click();

        Locator shown = page.locator("#task");
        assertThat(shown.locator("h2").first()).hasText("sea ice " + test);
        assertThat(shown).containsText("Cryosphere");
        assertThat(shown).containsText("was given to " + node("a"));
        complete("a", lease, DIGEST);
        assertThat(shown.locator(".title")).containsText("rescued");
        assertThat(shown.locator(".custody")).containsText("was reported complete by " + node("a"));
        assertThat(shown).containsText(DIGEST);
        assertThat(page).hasURL(Pattern.compile("#/tasks/" + task + "$"));
        page.reload();
        assertThat(shown.locator("h2").first()).hasText("sea ice " + test);
        page.goBack();
        assertThat(section("contents")).isVisible();
    }

    @Test
    void aTaskGetsAnotherPriorityIsCancelledAndRetried() {
        String task = submit(1);
        page.navigate("/#/tasks/" + task);
        Locator shown = page.locator("#task");

        page.getByLabel("Priority").selectOption("9");
        press(shown, "Set");
        assertThat(notice()).containsText("The priority is 9 now");
        assertThat(dispatcher.get("/tasks/" + task).at("/priority")).isEqualTo("9");

        press(shown, "Cancel");
        press(page.getByRole(AriaRole.DIALOG), "Cancel it");
        assertThat(shown.locator(".title")).containsText("cancelled");
        assertThat(standing(task)).isEqualTo("cancelled");

        press(shown, "Retry");
        assertThat(shown.locator(".title")).containsText("pending");
        assertThat(standing(task)).isEqualTo("pending");
    }

    @Test
    void aTaskThatIsNotThereIsSaidToBeNotThere() {
        page.navigate("/#/tasks/t-zzzz");

        assertThat(page.getByRole(AriaRole.ALERT)).containsText("there is no task t-zzzz");
        // The browser itself notes each 404.
        page.navigate("about:blank");
        chromium.forgive();
    }

    @Test
    void aCatalogIsImportedByDroppingItsFile() {
        String url = "http://dropped" + test + ".example.org/a";
        drop("drop" + test + ".csv", "url\n" + url + "\nnonsense\n");
        assertThat(page.getByLabel("Name of the catalog")).hasValue("drop" + test + ".csv");
        assertThat(page.getByRole(AriaRole.DIALOG)).containsText("under the same name");
        page.getByLabel("Name of the catalog").fill("agency" + test);
        press(page.getByRole(AriaRole.DIALOG), "Import");

        Locator catalog = page.locator(".catalogs li").filter(new Locator.FilterOptions().setHasText("agency" + test));
        assertThat(catalog).containsText("imported");
        assertThat(catalog).containsText("1 added");
        assertThat(catalog).containsText("1 rejected");
        assertThat(dispatcher.get("/tasks?search=dropped" + test).at("/items/0/dataset_url"))
                .isEqualTo(url);
    }

    @Test
    void aCatalogOfANameThatIsThereIsSaidToBeItsNextVersion() {
        dispatcher.post("/catalogs?format=csv&name=data" + test + ".csv", "url\n");
        assertThat(page.locator(".catalogs li").filter(new Locator.FilterOptions().setHasText("data" + test)))
                .hasCount(1);
        drop("data" + test + ".csv", "url\nhttp://second" + test + ".example.org/a\n");

        assertThat(page.getByRole(AriaRole.DIALOG)).containsText("becomes its next version");
        page.getByLabel("Name of the catalog").fill("other" + test);
        assertThat(page.getByRole(AriaRole.DIALOG)).not().containsText("becomes its next version");
        press(page.getByRole(AriaRole.DIALOG), "Leave it");

        assertThat(page.getByRole(AriaRole.DIALOG)).hasCount(0);
        assertThat(page.locator(".drop")).containsText("Drop a catalog here");
        assertThat(dispatcher.get("/tasks?search=second" + test).at("/items/0/task_id"))
                .isEmpty();
    }

    private void drop(String name, String text) {
        page.locator(".drop").evaluate("""
                (zone, [name, text]) => {
                    const files = new DataTransfer();
                    files.items.add(new File([text], name));
                    for (const type of ["dragover", "drop"]) {
                        zone.dispatchEvent(new DragEvent(type, { dataTransfer: files, bubbles: true, cancelable: true }));
                    }
                }""", new Object[] {name, text});
    }

    @Test
    void aCatalogIsImportedByChoosingItsFile() {
        byte[] lines = ("{\"url\":\"http://chosen" + test + ".example.org/a\"}\n").getBytes(StandardCharsets.UTF_8);
        page.locator(".drop input[type=file]")
                .setInputFiles(new FilePayload("chosen" + test + ".jsonl", "application/x-ndjson", lines));
        press(page.getByRole(AriaRole.DIALOG), "Import");

        assertThat(page.locator(".catalogs li").filter(new Locator.FilterOptions().setHasText("chosen" + test)))
                .containsText("imported");
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
        Locator question = page.getByRole(AriaRole.DIALOG);
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
    void aReloadKeepsTheCurve() {
        submit(1);
        JsonNode before = dispatcher.get("/stats/history?span=all").body().at("/items");
        page.reload();

        assertThat(page.locator("#curve")).isVisible();
        assertThat(dispatcher.get("/stats/history?span=all").body().at("/items").size())
                .isGreaterThanOrEqualTo(before.size());
        page.getByRole(
                        AriaRole.BUTTON,
                        new Page.GetByRoleOptions().setName("All").setExact(true))
                .click();
        assertThat(page.getByRole(
                        AriaRole.BUTTON,
                        new Page.GetByRoleOptions().setName("All").setExact(true)))
                .hasAttribute("aria-pressed", "true");
    }

    private String failed(String reason) {
        String task = submit(", 'copies':1, 'name':'file of test " + test + "'");
        assertThat(fail("a", claim("a"), reason).at("/task_status")).isEqualTo("failed");
        return task;
    }

    private int safe() {
        return Integer.parseInt(page.locator(".verdict .figure").textContent());
    }

    private Locator section(String id) {
        return page.locator("#" + id);
    }

    private Locator row(String host) {
        return section("trouble").locator("tbody tr").filter(new Locator.FilterOptions().setHasText(host));
    }

    private Locator group(String reason) {
        return page.locator(".groups > li")
                .filter(new Locator.FilterOptions()
                        .setHas(page.getByText(reason, new Page.GetByTextOptions().setExact(true))));
    }

    private Locator notice() {
        return page.locator("#notice");
    }

    private static void press(Locator within, String button) {
        within.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(Pattern.compile("^" + button)))
                .click();
    }
}
