package org.climaterescue.dispatcher.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.FilePayload;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The list of catalogs: how they come in, what came of them, and which go again. */
class CatalogsTest extends BrowserTest {

    /** Catalogs are sent at this pace, in bytes a second, where their way is to be watched. */
    private static final int PACE = 50_000;

    @Override
    Set<String> places() {
        return Set.of("catalogs", "dialog");
    }

    @Test
    void aCatalogIsImportedByDroppingItsFile() {
        String url = "http://dropped" + test + ".example.org/a";
        drop("drop" + test + ".csv", "url\n" + url + "\nnonsense\n");
        assertThat(page.getByLabel("Name of the catalog")).hasValue("drop" + test + ".csv");
        assertThat(question()).containsText("under the same name");
        page.getByLabel("Name of the catalog").fill("agency" + test);
        press(question(), "Import");

        Locator catalog = catalog("agency" + test);
        assertThat(catalog).containsText("imported");
        assertThat(catalog).containsText("1 added");
        assertThat(page.waitForDownload(() -> link(catalog, "1 rejected").click())
                        .path())
                .content()
                .contains("nonsense");
        assertThat(dispatcher.get("/tasks?search=dropped" + test).at("/items/0/dataset_url"))
                .isEqualTo(url);
    }

    @Test
    void aCatalogOfANameThatIsThereIsSaidToBeItsNextVersion() {
        dispatcher.post("/catalogs?format=csv&name=data" + test + ".csv", "url\n");
        assertThat(catalog("data" + test)).hasCount(1);
        drop("data" + test + ".csv", "url\nhttp://second" + test + ".example.org/a\n");

        assertThat(question()).containsText("becomes its next version");
        page.getByLabel("Name of the catalog").fill("other" + test);
        assertThat(question()).not().containsText("becomes its next version");
        press(question(), "Leave it");

        assertThat(question()).hasCount(0);
        assertThat(page.locator(".drop")).containsText("Drop a catalog here");
        assertThat(dispatcher.get("/tasks?search=second" + test).at("/items/0/task_id"))
                .isEmpty();
    }

    @Test
    void aCatalogIsImportedByChoosingItsFile() {
        byte[] lines = ("{\"url\":\"http://chosen" + test + ".example.org/a\"}\n").getBytes(StandardCharsets.UTF_8);
        page.locator(".drop input[type=file]")
                .setInputFiles(new FilePayload("chosen" + test + ".jsonl", "application/x-ndjson", lines));
        press(question(), "Import");

        assertThat(catalog("chosen" + test)).containsText("imported");
    }

    @Test
    void aCatalogLeadsToItsFilesAndAFileToItsCatalog() {
        imported("ice" + test, "url\nhttp://ice" + test + ".example.org/a\n");
        String other = submit(1);

        link(catalog("ice" + test), "ice" + test).click();
        assertThat(files()).hasCount(1);
        assertThat(section("contents").locator(".within")).containsText("in ice" + test);
        press(section("contents"), "Search in all catalogs");
        assertThat(files().filter(new Locator.FilterOptions().setHasText(url(other))))
                .hasCount(1);

        page.navigate("/#/tasks/" + dispatcher.get("/tasks?search=ice" + test).at("/items/0/task_id"));
        link(section("task"), "ice" + test).click();

        assertThat(files()).hasCount(1);
        page.reload();
        assertThat(files()).hasCount(1);
        assertThat(section("contents-title")).isInViewport();
    }

    @Test
    void aCatalogOnItsWayTellsHowFarItIsAndIsCalledOff() {
        slowDown();
        drop("large" + test + ".csv", "url\n" + "http://example.org/\n".repeat(PACE * 5 / 2));
        press(question(), "Import");
        Locator sending = page.locator(".drop");
        assertThat(sending).containsText("Sending large" + test + ".csv");
        assertThat(sending).containsText(Pattern.compile("[1-9][\\d.]* kB of 2.5 MB, \\d+ s left"));
        assertThat(Axe.serious(page)).isEmpty();
        section("catalogs")
                .screenshot(new Locator.ScreenshotOptions().setPath(LooksTest.PICTURES.resolve("sending.png")));

        press(sending, "Cancel");

        assertThat(notice()).containsText("no import of it has begun");
        assertThat(sending).containsText("Drop a catalog here");
        assertThat(catalog("large" + test)).hasCount(0);
    }

    @Test
    void aCatalogThatIsAllSentIsNotCalledOffAnyMore() {
        conditions(-1, 3000);
        drop("whole" + test + ".csv", "url\nhttp://whole" + test + ".example.org/a\n");
        press(question(), "Import");
        Locator sent = page.locator(".drop")
                .filter(new Locator.FilterOptions().setHasText("All is sent; the dispatcher looks at it."));
        assertThat(sent.filter(new Locator.FilterOptions().setHasNot(page.getByRole(AriaRole.BUTTON))))
                .isVisible();

        conditions(-1, 0);
        assertThat(catalog("whole" + test)).containsText("1 added");
    }

    @Test
    void filesThatAreDroppedMeanwhileAreSentNext() {
        slowDown();
        drop("first" + test + ".csv", "url\n" + "http://example.org/\n".repeat(PACE / 40));
        press(question(), "Import");
        assertThat(page.locator(".drop")).containsText("Sending first" + test + ".csv");
        drop("second" + test + ".csv", "url\n");

        assertThat(question()).containsText("Import second" + test + ".csv");
        press(question(), "Import");

        assertThat(catalog("first" + test)).containsText("imported");
        assertThat(catalog("second" + test)).containsText("imported");
    }

    @Test
    void aCatalogWhoseConnectionBreaksIsSaidNotToHaveArrived() {
        page.route(Pattern.compile("/catalogs\\?name"), route -> route.abort("connectionreset"));
        drop("lost" + test + ".csv", "url\n");
        press(question(), "Import");

        assertThat(notice()).containsText("lost" + test + ".csv did not arrive: the connection broke");
        assertThat(page.locator(".drop")).containsText("Drop a catalog here");
        // The browser itself notes each call that fails.
        chromium.forgive();
    }

    @Test
    void aCatalogThatIsRefusedIsToldWhy() {
        drop("refused" + test + ".csv", "url\n");
        page.getByLabel("Name of the catalog").fill("a\u0000b");
        press(question(), "Import");

        assertThat(notice()).containsText("name must be 1 to");
        chromium.forgive();
    }

    @Test
    void aLongListOfCatalogsIsTurnedOverPageByPage() {
        for (int i = 0; i < 11; i++) {
            dispatcher.post("/catalogs?format=csv&name=page" + i + "of" + test, "url\n");
        }

        turn(section("catalogs"), "Catalogs", 10);
    }

    @Test
    void aFileThatIsNoCatalogIsSaidToHaveFailedAndIsRemoved() {
        drop("page" + test + ".html", "<!doctype html><title>Sign in</title>");
        press(question(), "Import");
        Locator catalog = catalog("page" + test);
        assertThat(catalog)
                .containsText("The import failed: the file is not recognised as a catalog: it looks like HTML");
        assertThat(catalog).containsText("Nothing was taken from this file");
        assertThat(catalog).not().containsText("auto");

        press(catalog, "Remove");

        assertThat(notice()).containsText("page" + test + ".html is removed");
        assertThat(catalog).hasCount(0);
        assertThat(dispatcher.get("/catalogs").body().toString()).doesNotContain("page" + test);
    }

    @Test
    void aCatalogThatBreaksOffTellsThatWhatCameBeforeIsKeptAndStays() {
        drop(
                "half" + test + ".json",
                "{\"dataset\":[{\"title\":\"a\",\"distribution\":[{\"downloadURL\":\"http://half" + test
                        + ".example.org/a\"}]},{\"title\":");
        press(question(), "Import");

        Locator catalog = catalog("half" + test);
        assertThat(catalog).containsText("The import failed: the file breaks off at line 1");
        assertThat(catalog).containsText("What came before that is kept");
        assertThat(catalog).containsText("1 record: 1 added");
        assertThat(catalog.getByRole(AriaRole.BUTTON)).hasCount(0);
    }

    @Test
    void aCatalogThatGaveFilesBeforeIsNotRemovedWhenItsNextVersionFails() {
        imported("kept" + test, "url\nhttp://kept" + test + ".example.org/a\n");
        dispatcher.post("/catalogs?name=kept" + test, "<!doctype html>");

        press(catalog("kept" + test), "Remove");

        assertThat(notice()).containsText("only one whose import failed before it gave anything can be removed");
        assertThat(catalog("kept" + test)).hasCount(1);
        // The browser itself notes each call that is refused.
        chromium.forgive();
    }

    @Test
    void aCatalogThatArrivedWholeJustBeforeItWasCalledOffIsSaidToBeImported() {
        slowDown();
        String name = "arrived" + test + ".csv";
        String text = "url\n" + "http://arrived.example.org/\n".repeat(PACE / 4);
        drop(name, text);
        press(question(), "Import");
        assertThat(page.locator(".drop")).containsText("Sending " + name);
        // As if the dispatcher had had the last of it, and the browser had not heard so.
        dispatcher.post("/catalogs?format=csv&name=" + name, text);

        press(page.locator(".drop"), "Cancel");

        assertThat(page.locator(".drop")).containsText("Asking the dispatcher what had arrived");
        assertThat(notice()).containsText(name + " had arrived whole before it was called off");
    }

    @Test
    void whatBecameOfACatalogThatWasCalledOffIsLeftOpenWhereTheDispatcherCannotBeAsked() {
        slowDown();
        drop("open" + test + ".csv", "url\n" + "http://example.org/\n".repeat(PACE));
        press(question(), "Import");
        assertThat(page.locator(".drop")).containsText("Sending open" + test + ".csv");
        page.route(Pattern.compile("/catalogs\\?limit=1000"), route -> route.abort());

        press(page.locator(".drop"), "Cancel");

        assertThat(notice()).containsText("Whether all of it had arrived by then is not known");
        page.unrouteAll();
        // The browser itself notes each call that fails.
        chromium.forgive();
    }

    /** What the page sends goes out slowly from now on. */
    private void slowDown() {
        conditions(PACE, 0);
    }

    /**
     * What the network is like from now on.
     *
     * @param upload bytes a second; -1: as many as there are
     * @param latency before an answer comes, in ms
     */
    private void conditions(int upload, int latency) {
        var conditions = new JsonObject();
        conditions.addProperty("offline", false);
        conditions.addProperty("latency", latency);
        conditions.addProperty("downloadThroughput", -1);
        conditions.addProperty("uploadThroughput", upload);
        page.context().newCDPSession(page).send("Network.emulateNetworkConditions", conditions);
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
}
