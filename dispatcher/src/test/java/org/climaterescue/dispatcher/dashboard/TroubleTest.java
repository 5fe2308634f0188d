package org.climaterescue.dispatcher.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.AriaRole;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Where it hurts: failed tasks, disputes, and hosts. */
class TroubleTest extends BrowserTest {

    @Override
    Set<String> places() {
        return Set.of("trouble", "dialog", "notice");
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
    void aLongListOfHostsIsTurnedOverPageByPage() {
        for (int i = 0; i < 11; i++) {
            dispatcher.post("/tasks", "{'dataset_url':'http://host" + i + ".of" + test + ".example.org/a'}");
        }
        turn(section("trouble"), "Hosts", 10);
    }

    @Test
    void aListOfHostsThatCouldNotBeReadIsReadWhenSomebodyTriesAgain() {
        submit(1);
        isReadWhenSomebodyTriesAgain("hosts", "Search hosts", "test" + test);
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

    private Locator row(String host) {
        return section("trouble").locator("tbody tr").filter(new Locator.FilterOptions().setHasText(host));
    }
}
