package org.climaterescue.dispatcher.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

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
}
