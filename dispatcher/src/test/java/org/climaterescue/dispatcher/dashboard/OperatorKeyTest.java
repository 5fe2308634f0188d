package org.climaterescue.dispatcher.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.climaterescue.db.TestDatabase;
import org.climaterescue.dispatcher.Dispatcher;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The dashboard of a secured dispatcher, and of one that goes away. */
class OperatorKeyTest {

    private static final String KEY = "the-operator-key";

    @TempDir
    private Path data;

    private final String database = TestDatabase.create();
    private Chromium chromium;
    private Dispatcher dispatcher;
    private URI uri;

    @BeforeEach
    void start() throws IOException {
        chromium = Chromium.start();
        try (var free = new ServerSocket(0)) {
            uri = URI.create("http://127.0.0.1:" + free.getLocalPort());
        }
        startDispatcher();
    }

    @AfterEach
    void stop() {
        if (dispatcher != null) {
            dispatcher.close();
        }
        if (chromium != null) {
            chromium.close();
        }
    }

    private void startDispatcher() {
        dispatcher = Dispatcher.start(Map.of(
                "DATABASE_URL",
                database,
                "DISPATCHER_HOST",
                "127.0.0.1",
                "DISPATCHER_PORT",
                Integer.toString(uri.getPort()),
                "RESCUE_DATA_DIR",
                data.toString(),
                "RESCUE_OPERATOR_KEY",
                KEY,
                "RESCUE_RATE_LIMIT",
                "0",
                "LOG_LEVEL",
                "WARN"));
    }

    @Test
    void theKeyIsAskedForOnceAndKeptInTheTabAlone() {
        Page page = chromium.open(uri);
        page.evaluate("""
                key => fetch("/tasks", { method: "POST", body: JSON.stringify({ dataset_url: "http://example.org/a" }),
                    headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" } })""", KEY);
        Locator host = page.locator("#trouble tbody tr").first();
        host.getByText("Pause").click();
        Locator question = page.getByRole(AriaRole.DIALOG);

        question.getByLabel("The key that the dispatcher was started with").fill("another");
        question.getByText("Continue").click();
        assertThat(question.getByRole(AriaRole.ALERT)).containsText("does not know this key");
        for (ColorScheme colours : List.of(ColorScheme.DARK, ColorScheme.LIGHT)) {
            page.emulateMedia(
                    new Page.EmulateMediaOptions().setColorScheme(colours).setReducedMotion(ReducedMotion.REDUCE));
            assertThat(Axe.serious(page)).isEmpty();
            picture(page, "key-" + colours.name().toLowerCase(Locale.ROOT));
        }
        // The browser itself may note a refusal.
        chromium.forgive();
        question.getByText("Not now").click();
        assertThat(question).hasCount(0);
        assertThat(dispatcherSays(page, "/hosts/example.org")).containsText("\"paused\":false");
        host.getByText("Pause").click();
        question.getByLabel("The key that the dispatcher was started with").fill(KEY);
        question.getByText("Continue").click();

        assertThat(page.locator("#notice")).containsText("example.org is paused");
        host.getByText("Resume").click();
        assertThat(page.locator("#notice")).containsText("given out again");
        page.reload();
        assertThat(page.getByText("Forget the operator key")).isVisible();
        assertThat(page.evaluate("localStorage.length")).isEqualTo(0);
        assertThat(page.evaluate("document.cookie")).isEqualTo("");
        assertThat(page.context().newPage().navigate("/").ok()).isTrue();
        assertThat(page.context().pages().getLast().getByText("Enter the operator key"))
                .isVisible();

        page.getByText("Forget the operator key").click();
        page.getByText("Enter the operator key").click();
        question.getByText("Not now").click();
        assertThat(page.evaluate("sessionStorage.length")).isEqualTo(0);
        page.locator("#trouble tbody tr").first().getByText("Pause").click();
        assertThat(question).isVisible();
        chromium.assertQuiet();
    }

    @Test
    void aStreamThatDropsIsSaidToHaveDroppedAndTakenUpAgain() {
        Page page = chromium.open(uri);
        assertThat(page.locator("#connection")).hasText("Live");

        dispatcher.close();
        assertThat(page.locator("#connection"))
                .hasText(Pattern.compile("^Connection lost, trying again · figures of \\d\\d:\\d\\d:\\d\\d$"));
        assertThat(top(page.getByText("Enter the operator key")))
                .as("one line holds the whole header")
                .isCloseTo(top(page.locator("#connection")), within(10.0));
        assertThat(page.locator("#progress")).isVisible();
        picture(page, "away");

        startDispatcher();
        assertThat(page.locator("#connection"))
                .hasText("Live", new LocatorAssertions.HasTextOptions().setTimeout(15_000));
    }

    /** Where the middle of it is, in pixels from the page's top. */
    private static double top(Locator shown) {
        var box = shown.boundingBox();
        return box.y + box.height / 2;
    }

    /** Asked beside the page. */
    private static Locator dispatcherSays(Page page, String path) {
        Page beside = page.context().newPage();
        beside.navigate(path);
        return beside.locator("body");
    }

    private static void picture(Page page, String name) {
        page.screenshot(new Page.ScreenshotOptions().setPath(LooksTest.PICTURES.resolve(name + ".png")));
    }
}
