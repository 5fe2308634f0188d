package org.climaterescue.dispatcher.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.BoundingBox;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.climaterescue.db.Database;
import org.climaterescue.db.Sql;
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

    @Test
    void whatCameInIsDrawnFromTheFirstFigureOn() throws SQLException {
        submit(1);
        try (Connection connection = dispatcher.bean(Database.class).connect("a past")) {
            Sql.of(connection, "delete from progress").update();
            Sql.of(connection, """
                            insert into progress (at, tasks, rescued, rescued_bytes, failed, copies, copied_bytes, took_seconds)
                            select clock_timestamp() - make_interval(mins => minutes), 1, 0, 0, 0, copies, copies * 1000000000::bigint, 0.01
                            from (values (50, 0), (10, 10)) as past (minutes, copies)
                            """).update();
        }
        page.reload();

        // The first stretch goes on to four fifths of the width; in the midst of it there is some of the colour of what
        // arrives.
        page.waitForFunction("""
                () => {
                    const canvas = document.querySelector("#curve canvas");
                    if (!canvas) {
                        return false;
                    }
                    const plot = document.querySelector("#curve .u-over");
                    const x = ((plot.offsetLeft + 0.4 * plot.clientWidth) * canvas.width) / canvas.clientWidth;
                    const { data } = canvas.getContext("2d").getImageData(x, 0, 1, canvas.height);
                    return data.some((blue, i) => i % 4 === 2 && data[i + 1] > 0 && blue - data[i - 1] > 40);
                }""");
        // The browser itself notes that pixels are read.
        chromium.forgive();
    }

    @Test
    void theCurveEndsWithItsTimesAndNothingIsBlankBeneathThem() {
        submit(1);
        BoundingBox plot = page.locator("#curve .u-over").boundingBox();
        BoundingBox curve = section("curve").boundingBox();

        assertThat(curve.y + curve.height - plot.y - plot.height).isBetween(20.0, 32.0);
    }

    private int safe() {
        return Integer.parseInt(page.locator(".verdict .figure").textContent().replace(",", ""));
    }
}
