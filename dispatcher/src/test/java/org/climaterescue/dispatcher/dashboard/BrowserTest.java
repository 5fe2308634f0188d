package org.climaterescue.dispatcher.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.climaterescue.dispatcher.FleetTest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * What an operator does on the dashboard, in a real browser against a real dispatcher. A task fails with its first failure here. Whatever
 * these tests have made the page show that can be pressed, followed or filled in, one of them has used; what comes of it is told by
 * their own assertions, and what no test makes the page show is not looked for.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class BrowserTest extends FleetTest {

    private final Controls controls = new Controls();
    protected Chromium chromium;
    protected Page page;

    @Override
    protected Map<String, String> settings() {
        return Map.of("RESCUE_MAX_ATTEMPTS", "1", "RESCUE_HOST_CONNECTIONS", "20");
    }

    /** The parts of the page that these tests are about. */
    abstract Set<String> places();

    @BeforeAll
    void startBrowser() {
        chromium = Chromium.start();
    }

    @AfterAll
    void stopBrowser() {
        if (chromium != null) {
            chromium.close();
        }
    }

    @BeforeEach
    void openPage() {
        page = chromium.open(dispatcher.uri(), 1400, ColorScheme.LIGHT, controls);
    }

    @AfterEach
    void closePage() {
        page.context().close();
        chromium.assertQuiet();
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void everyControlThatTheseTestsHaveSeenWasUsed() {
        assertThat(controls.unused(places())).isEmpty();
    }

    protected String failed(String reason) {
        String task = submit(", 'copies':1, 'name':'file of test " + test + "'");
        assertThat(fail("a", claim("a"), reason).at("/task_status")).isEqualTo("failed");
        return task;
    }

    protected Locator section(String id) {
        return page.locator("#" + id);
    }

    protected Locator group(String reason) {
        return page.locator(".groups > li")
                .filter(new Locator.FilterOptions()
                        .setHas(page.getByText(reason, new Page.GetByTextOptions().setExact(true))));
    }

    protected Locator notice() {
        return page.locator("#notice");
    }

    protected Locator question() {
        return page.getByRole(AriaRole.DIALOG);
    }

    protected static Locator button(Locator within, String name) {
        return within.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(Pattern.compile("^" + name)));
    }

    protected static void press(Locator within, String button) {
        button(within, button).click();
    }

    protected static Locator link(Locator within, String name) {
        return within.getByRole(
                AriaRole.LINK, new Locator.GetByRoleOptions().setName(name).setExact(true));
    }

    /** A list that is longer than a page is turned over and back. */
    protected static void turn(Locator within, String what, int perPage) {
        Locator pager = within.locator(".pager")
                .filter(new Locator.FilterOptions().setHasText(Pattern.compile("^\\s*" + what)));
        assertThat(pager).containsText(what + " 1 to " + perPage);
        press(pager, "Next");
        assertThat(pager).containsText(what + " " + (perPage + 1) + " to ");
        press(pager, "Previous");
        assertThat(pager).containsText(what + " 1 to " + perPage);
    }

    /**
     * A list that is searched while it cannot be read says so, and is there once somebody tries again.
     *
     * @param path of the list
     * @param search the label of its search
     * @param text finds one row
     */
    protected void isReadWhenSomebodyTriesAgain(String path, String search, String text) {
        // Who does not look at the page is not asked for: a list stays as it is until the button is pressed.
        page.evaluate("Object.defineProperty(document, 'hidden', { get: () => true })");
        page.route(Pattern.compile("/" + path + "\\?"), route -> route.abort());
        page.getByLabel(search).fill(text);
        Locator section = page.locator("section").filter(new Locator.FilterOptions().setHas(page.getByLabel(search)));
        assertThat(section.getByRole(AriaRole.ALERT)).containsText("The dispatcher cannot be reached");
        page.unrouteAll();

        press(section, "Try again");
        assertThat(section.locator("tbody tr")).hasCount(1);
        assertThat(section.getByRole(AriaRole.ALERT)).hasCount(0);
        // The browser itself notes each call that fails.
        chromium.forgive();
    }

    /** Gives the catalog's id. */
    protected String imported(String name, String text) {
        String id = dispatcher.post("/catalogs?format=csv&name=" + name, text).at("/catalog_id");
        await().until(() -> dispatcher.get("/catalogs/" + id).at("/status").equals("imported"));
        return id;
    }

    protected Locator files() {
        return section("files").locator("tbody tr");
    }

    protected Locator catalog(String name) {
        return page.locator(".catalogs li").filter(new Locator.FilterOptions().setHasText(name));
    }
}
