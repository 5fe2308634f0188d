package org.climaterescue.dispatcher.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ReducedMotion;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What can be done without a mouse. */
class KeyboardTest extends BrowserTest {

    private static final String WALK = """
            (within) => {
                const place = document.querySelector(within);
                const controls = () => [...place.querySelectorAll("a[href], button:enabled, input:enabled, select:enabled")];
                const name = (one) => one.outerHTML.replace(/<!--.*?-->/gs, "").slice(0, 120);
                const drawn = (one) => [one, one.closest("label")].filter(Boolean).map((shown) => {
                    const style = getComputedStyle(shown);
                    const outline = style.outlineStyle === "none" ? "none" : style.outline;
                    return [outline, style.boxShadow.replace(/.* 0px 0px 0px 0px$/, "none"), style.borderColor].join();
                }).join();
                const seen = new Set();
                const calm = new Map();
                const faults = [];
                window.walk = {
                    begin() {
                        document.activeElement.blur();
                        getSelection().collapse(place, 0);
                        controls().forEach((one) => calm.set(one, drawn(one)));
                        return calm.size;
                    },
                    look() {
                        const one = document.activeElement;
                        if (!place.contains(one) || seen.has(one)) {
                            return;
                        }
                        seen.add(one);
                        if (calm.has(one) && drawn(one) === calm.get(one)) {
                            faults.push("looks the same with the focus: " + name(one));
                        }
                        const box = (one.closest("label") ?? one).getBoundingClientRect();
                        const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
                        if (!top || !(one.contains(top) || (one.closest("label") ?? one).contains(top))) {
                            faults.push("is covered or out of sight: " + name(one));
                        }
                    },
                    faults: () => faults.concat(controls().filter((one) => !seen.has(one)).map((one) => "was not reached: " + name(one))),
                };
            }""";

    @Override
    Set<String> places() {
        return Set.of();
    }

    @Test
    void everythingIsDoneByKeyboardToo() {
        failed("origin_error");
        assertThat(group("origin error")).isVisible();
        Locator retry =
                group("origin error").getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Retry all"));
        retry.focus();
        page.keyboard().press("Enter");
        Locator question = question();
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
    void tabLeadsToEveryControlAndShowsWhereItIs() {
        failed("network");
        imported("walk" + test, "url\nhttp://walk" + test + ".example.org/a\n");
        dispatcher.post("/dispatch", dispatch("a", ""));
        page.emulateMedia(new Page.EmulateMediaOptions().setReducedMotion(ReducedMotion.REDUCE));
        page.reload();
        press(group("network"), "Show");
        press(section("files"), "Search");
        for (Locator shown : List.of(
                section("nodes").locator(".downloads a"),
                section("files").locator("tbody a"),
                section("trouble").locator(".groups .tasks a"),
                catalog("walk" + test))) {
            assertThat(shown.first()).isVisible();
        }

        assertThat(walk("#page")).isEmpty();
        page.navigate("/#/tasks/" + dispatcher.get("/tasks").at("/items/0/task_id"));
        assertThat(section("task").locator(".custody li").first()).isVisible();
        assertThat(walk("#page")).isEmpty();
    }

    @Test
    void aQuestionKeepsTheFocusAndGivesItBack() {
        failed("too_large");
        register("a", "asked");
        page.getByLabel("Search nodes by name, id or operator").fill("asked" + test);
        List<Locator> asking = List.of(
                button(group("too large"), "Cancel all"),
                button(section("nodes").locator("tbody tr"), "Drain"));
        for (Locator one : asking) {
            one.focus();
            page.keyboard().press("Enter");
            for (int i = 0; i < 5; i++) {
                page.keyboard().press("Tab");
                assertThat((Boolean) page.evaluate("document.querySelector('main').contains(document.activeElement)"))
                        .isFalse();
            }
            assertThat(walk("dialog")).isEmpty();

            page.keyboard().press("Escape");

            assertThat(question()).hasCount(0);
            assertThat(one).isFocused();
        }
    }

    /**
     * Goes from control to control by Tab, until the last.
     *
     * @return those within that were not reached, that do not look otherwise while they have the focus, or that something covers then
     */
    @SuppressWarnings("unchecked")
    private List<String> walk(String within) {
        page.evaluate(WALK, within);
        int controls = (Integer) page.evaluate("walk.begin()");
        assertThat(controls).isPositive();
        for (int i = 0; i < controls + 20; i++) {
            page.keyboard().press("Tab");
            page.evaluate("walk.look()");
        }
        return (List<String>) page.evaluate("walk.faults()");
    }
}
