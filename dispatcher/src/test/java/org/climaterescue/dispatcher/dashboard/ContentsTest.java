package org.climaterescue.dispatcher.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What is in the rescue: the search, and a task's page. */
class ContentsTest extends BrowserTest {

    @Override
    Set<String> places() {
        return Set.of("contents", "files", "task", "dialog");
    }

    @Test
    void aTaskIsFoundAndItsPageTellsItsChainOfCustody() {
        register("a");
        String task = submit(", 'copies':1, 'name':'sea ice " + test + "', 'dataset':'Cryosphere'");
        String lease = claim("a");
        assertThat(lease).startsWith(task.replace("t-", "a-"));
        page.getByLabel("Part of a URL, a name or a dataset").fill("SEA ICE " + test);
        search();

        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("sea ice " + test))
                .first()
                .click();

        Locator shown = page.locator("#task");
        assertThat(shown.locator("h2").first()).hasText("sea ice " + test);
        assertThat(shown).containsText("Cryosphere");
        assertThat(shown).containsText("was given to " + node("a"));
        complete("a", lease, DIGEST);
        assertThat(shown.locator(".title")).containsText("safe");
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
        press(question(), "Cancel the task");
        assertThat(shown.locator(".title")).containsText("cancelled");
        assertThat(standing(task)).isEqualTo("cancelled");

        press(shown, "Retry");
        assertThat(shown.locator(".title")).containsText("waiting");
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
    void filesAreFoundByTheirStatus() {
        String cancelled = submit(", 'copies':1, 'name':'one of two " + test + "'");
        submit(", 'copies':1, 'name':'other of two " + test + "'");
        dispatcher.post("/tasks/" + cancelled + "/cancel", "");
        page.getByLabel("Part of a URL, a name or a dataset").fill("of two " + test);
        page.getByLabel("Status").selectOption("cancelled");

        search();

        assertThat(files()).hasCount(1);
        assertThat(files()).containsText("one of two " + test);
    }

    @Test
    void aLongListOfFilesIsTurnedOverPageByPage() {
        for (int i = 0; i < 26; i++) {
            submit(1);
        }
        search();

        turn(section("files"), "Files", 25);
    }

    @Test
    void aTasksPageLeadsToTheOriginAndBack() {
        String task = submit(1);
        page.route(
                "http://test*.example.org/**", route -> route.fulfill(new Route.FulfillOptions().setBody("the file")));
        page.navigate("/#/tasks/" + task);
        section("task").locator(".url a").click();
        assertThat(page).hasURL(url(task));
        page.goBack();

        link(section("task"), "← Overview").click();

        assertThat(section("contents")).isVisible();
    }

    @Test
    void anAddressThatMakesNoSenseLeavesThePageAtWork() {
        String task = submit(1);
        String catalog = imported("sense" + test, "url\n");
        Map<String, String> addresses = Map.of("%", "%", catalog + "%3F", catalog + "?", "..%2Ftasks", "../tasks");
        for (Map.Entry<String, String> address : addresses.entrySet()) {
            page.navigate("about:blank");
            page.navigate("/#/catalogs/" + address.getKey());
            assertThat(section("contents").getByRole(AriaRole.ALERT)).isVisible();
            assertThat(section("contents").locator(".within b")).hasText(address.getValue());
        }
        press(section("contents"), "Try again");
        press(section("contents"), "Search in all catalogs");
        page.navigate("/#/tasks/%");
        assertThat(page.getByRole(AriaRole.ALERT)).isVisible();

        page.navigate("/#/tasks/" + task);
        assertThat(section("task")).containsText(task);
        // The browser itself notes each call that is refused.
        page.navigate("about:blank");
        chromium.forgive();
    }

    private void search() {
        page.getByRole(
                        AriaRole.BUTTON,
                        new Page.GetByRoleOptions().setName("Search").setExact(true))
                .click();
    }
}
