package org.climaterescue.dispatcher.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Locator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** The page as a whole: how the rescue goes, the ways through the page, and what it says of itself. */
class OverviewTest extends BrowserTest {

    @Override
    Set<String> places() {
        return Set.of("header", "footer", "progress", "savings");
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
}
