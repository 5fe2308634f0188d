package org.climaterescue.dispatcher.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What strangers wrote, and the page shows. */
class ForeignTextTest extends BrowserTest {

    @Override
    Set<String> places() {
        return Set.of();
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
    void wordsOfThreeHundredLettersStayInTheWindow() {
        String word = "w".repeat(300);
        String host = "long.".repeat(40) + "example.org";
        dispatcher.post(
                "/nodes",
                "{'node_id':'" + node("long") + "','name':'" + word.substring(0, 200) + "','capacity_gb':1,'operator':'"
                        + word.substring(0, 200) + "'}");
        dispatcher.post(
                "/tasks",
                "{'dataset_url':'http://" + host + "/" + word + "','name':'" + word + "','dataset':'" + word
                        + "','organization':'" + word + "','copies':1}");
        JsonNode given = dispatcher.post("/dispatch", dispatch("long", "")).body();
        String task = given.at("/assignment/assigned_tasks/0/task_id").asText();
        dispatcher.post("/catalogs?name=" + word.substring(0, 250), "<!doctype html>");
        for (int width : new int[] {390, 1400}) {
            page.setViewportSize(width, 900);
            page.navigate("/");
            page.getByLabel("Search nodes by name, id or operator").fill(node("long"));
            assertThat(section("nodes").locator("tbody tr")).hasCount(1);
            assertThat(section("nodes").locator(".downloads a")).hasText(word);
            page.getByLabel("Part of a URL, a name or a dataset").fill(word);
            press(section("files"), "Search");
            assertThat(section("files").locator("tbody tr")).hasCount(1);
            assertThat(catalog(word.substring(0, 250))).containsText("The import failed");
            assertNothingSticksOut();
            for (String list : List.of("nodes", "files")) {
                assertThat(section(list).locator("tbody tr").boundingBox().height)
                        .as("of a row of " + list)
                        .isLessThan(width < 700 ? 420 : 180);
            }
            page.screenshot(new Page.ScreenshotOptions()
                    .setPath(LooksTest.PICTURES.resolve("long-" + width + ".png"))
                    .setFullPage(true));

            page.navigate("/#/tasks/" + task);
            assertThat(section("task").locator("h2")).hasText(word);
            assertNothingSticksOut();
            page.screenshot(
                    new Page.ScreenshotOptions().setPath(LooksTest.PICTURES.resolve("long-task-" + width + ".png")));
            press(section("task"), "Cancel");
            assertThat(question()).containsText(word);
            assertNothingSticksOut();
            press(question(), "Leave it");
        }
    }

    @Test
    void whatIsWrittenFromRightToLeftLeavesTheWordsBesideItInOrder() {
        String arabic = "\u062f\u0631\u062c\u0629 2024";
        // Turns round whatever comes after it.
        String turning = "\u202eturned";
        dispatcher.post(
                "/nodes",
                "{'node_id':'" + node("rtl") + "','name':'" + arabic + "','operator':'" + arabic
                        + "','region':'7 north','capacity_gb':1}");
        String task = submit(", 'copies':1, 'name':'" + turning + "'");
        page.getByLabel("Search nodes by name, id or operator").fill(node("rtl"));
        assertThat(left(section("nodes").locator("tbody th small"), "7 north"))
                .isGreaterThan(left(section("nodes").locator("tbody th small"), arabic));

        page.navigate("/#/tasks/" + task);
        press(section("task"), "Cancel");
        assertThat(left(question().locator("h2"), "?"))
                .isGreaterThan(left(question().locator("h2"), "turned"));
        press(question(), "Cancel the task");

        assertThat(notice()).containsText("is cancelled.");
        assertThat(left(notice(), "cancelled.")).isGreaterThan(left(notice(), " is"));
    }

    /** Where a text within stands, in px from the left of the window. */
    private static double left(Locator within, String text) {
        return ((Number) within.first().evaluate("""
                (within, text) => {
                    const texts = document.createTreeWalker(within, NodeFilter.SHOW_TEXT);
                    while (texts.nextNode()) {
                        const at = texts.currentNode.data.indexOf(text);
                        if (at >= 0) {
                            const range = document.createRange();
                            range.setStart(texts.currentNode, at);
                            range.setEnd(texts.currentNode, at + text.length);
                            return range.getBoundingClientRect().left;
                        }
                    }
                    throw new Error("there is no " + text);
                }""", text)).doubleValue();
    }

    private void assertNothingSticksOut() {
        assertThat((List<?>) page.evaluate("""
                () => [document.documentElement, ...document.querySelectorAll(".card, table, dialog, dialog article, #notice")]
                    .filter((one) => one.scrollWidth > one.clientWidth + 1)
                    .map((one) => `${one.scrollWidth - one.clientWidth} px out of ${one.outerHTML.slice(0, 120)}`)""")).isEmpty();
    }
}
