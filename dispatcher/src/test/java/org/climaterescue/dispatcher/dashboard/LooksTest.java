package org.climaterescue.dispatcher.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.FilePayload;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.climaterescue.db.Database;
import org.climaterescue.db.Sql;
import org.climaterescue.dispatcher.TestDispatcher;
import org.climaterescue.dispatcher.TestDispatcher.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * How the dashboard looks, narrow and wide, light and dark: nothing sticks out, axe finds no serious fault, and a picture of each is left
 * in {@code target/dashboard}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LooksTest {

    static final Path PICTURES = Path.of("target", "dashboard");
    private static final String[] AGENCIES = {
        "data.noaa.gov", "daac.ornl.gov", "www.ncei.noaa.gov", "waterdata.usgs.gov"
    };

    private static final List<Way> EVERY = List.of(
            new Way(1400, ColorScheme.LIGHT),
            new Way(1400, ColorScheme.DARK),
            new Way(390, ColorScheme.LIGHT),
            new Way(390, ColorScheme.DARK));

    /** Each width and each colours once: enough where nothing is drawn that a busy rescue does not show. */
    private static final List<Way> BOTH = List.of(EVERY.getFirst(), EVERY.getLast());

    private static final String STOPS_ALONE = """
            () => [...document.querySelectorAll("main code")].filter((command) => {
                const stop = document.createRange();
                stop.setStart(command.nextSibling, 0);
                stop.setEnd(command.nextSibling, 1);
                return stop.getBoundingClientRect().top > [...command.getClientRects()].at(-1).bottom;
            }).map((command) => command.textContent)""";

    private Chromium chromium;

    @BeforeAll
    void start() {
        chromium = Chromium.start();
    }

    @AfterAll
    void stop() {
        if (chromium != null) {
            chromium.close();
        }
    }

    @Test
    void anEmptyRescueSaysWhatToDoNext() {
        try (TestDispatcher dispatcher = TestDispatcher.start(Map.of())) {
            look(BOTH, dispatcher, "empty", "/", page -> {
                assertThat(page.locator("#progress")).containsText("There is nothing to rescue yet");
                assertThat(page.locator("#nodes")).containsText("./rescue agent --dispatcher " + dispatcher.uri());
                assertThat(page.locator("#contents")).containsText("Drop a catalog here");
                assertThat((List<?>) page.evaluate(STOPS_ALONE))
                        .as("full stops that stand beneath their command")
                        .isEmpty();
            });
        }
    }

    @Test
    void aBusyRescueIsReadableAndItsTasksAndQuestionsToo() throws SQLException {
        try (TestDispatcher dispatcher =
                TestDispatcher.start(Map.of("RESCUE_MAX_ATTEMPTS", "1", "RESCUE_HOST_CONNECTIONS", "6"))) {
            String disputed = busy(dispatcher);
            look(EVERY, dispatcher, "busy", "/", page -> {
                assertThat(page.locator(".groups > li")).hasCount(3);
                assertThat(page.locator("#catalogs")).containsText("The import failed");
                assertThat(page.locator("#nodes tbody tr")).hasCount(6);
                assertThat(page.locator("#curve canvas")).isVisible();
            });
            look(
                    EVERY,
                    dispatcher,
                    "task",
                    "/#/tasks/" + disputed,
                    page -> assertThat(page.locator("#task .custody li").first())
                            .isVisible());
            look(BOTH, dispatcher, "opened", "/", page -> {
                press(page, "Show the tasks: gone");
                press(page, "Search");
                page.locator("#nodes .fold").first().click();
                assertThat(page.locator(".groups .tasks li").first()).isVisible();
                assertThat(page.locator("#contents tbody tr").first()).isVisible();
            });
            look(BOTH, dispatcher, "question", "/", page -> {
                press(page, "Cancel all: gone");
                assertThat(page.getByRole(AriaRole.DIALOG)).isVisible();
            });
            look(BOTH, dispatcher, "name", "/", page -> {
                page.locator(".drop input")
                        .setInputFiles(new FilePayload("data.json", "application/json", new byte[] {'{', '}'}));
                assertThat(page.getByRole(AriaRole.DIALOG)).isVisible();
            });
        }
    }

    @Test
    void tenThousandNodesAreShownAPageAtATime() throws SQLException {
        try (TestDispatcher dispatcher = TestDispatcher.start(Map.of())) {
            try (Connection connection = dispatcher.bean(Database.class).connect("ten thousand nodes")) {
                Sql.of(connection, """
                                insert into node (node_id, name, operator, region, capacity_bytes, heard_at)
                                select 'node-' || n, 'node ' || n, 'club ' || n % 300, (array['north', 'south', 'west'])[1 + n % 3],
                                       n * 1000000000::bigint, clock_timestamp() - case when n % 7 = 0 then interval '90 s'
                                                                                        when n % 50 = 1 then interval '1 hour'
                                                                                        else interval '0' end
                                from generate_series(1, 10000) as n
                                """).update();
            }
            look(BOTH, dispatcher, "nodes", "/", page -> {
                assertThat(page.locator("#nodes tbody tr")).hasCount(20);
                assertThat(page.locator("#nodes .chips")).containsText("10,000");
                page.locator("#nodes")
                        .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Next"))
                        .click();
                assertThat(page.locator("#nodes .pager")).containsText("Nodes 21 to 40");
            });
        }
    }

    private static void press(Page page, String button) {
        page.getByRole(
                        AriaRole.BUTTON,
                        new Page.GetByRoleOptions().setName(button).setExact(true))
                .click();
    }

    private void look(List<Way> ways, TestDispatcher dispatcher, String scene, String path, Consumer<Page> look) {
        List<String> faults = new ArrayList<>();
        for (Way way : ways) {
            int width = way.width();
            ColorScheme colours = way.colours();
            Page page = chromium.open(dispatcher.uri(), width, colours);
            page.navigate(path);
            look.accept(page);
            String name = "%s-%d-%s".formatted(scene, width, colours.name().toLowerCase(Locale.ROOT));
            page.screenshot(new Page.ScreenshotOptions()
                    .setPath(PICTURES.resolve(name + ".png"))
                    .setFullPage(true));
            var tooWide = (Integer)
                    page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
            if (tooWide > 0) {
                faults.add(name + ": " + tooWide + " px wider than the window");
            }
            Axe.serious(page).forEach(fault -> faults.add(name + ": " + fault));
            page.context().close();
            chromium.assertQuiet();
        }
        assertThat(faults).isEmpty();
    }

    /** A window to look through. */
    private record Way(int width, ColorScheme colours) {}

    /** A rescue with something of everything; tells a task that nodes disagree about. */
    private static String busy(TestDispatcher dispatcher) throws SQLException {
        StringBuilder rows = new StringBuilder("url,name,dataset,organization,size_bytes,copies\n");
        for (int i = 1; i <= 400; i++) {
            rows.append(
                    "https://%s/archive/%d/sea-surface-temperature-%d.nc,sst-%d.nc,Sea surface temperature %d,NOAA,%d,%d\n"
                            .formatted(
                                    AGENCIES[i % 4],
                                    1980 + i % 40,
                                    i,
                                    i,
                                    i / 20,
                                    40_000_000L + 3_000_017L * i,
                                    i % 3 == 0 ? 2 : 1));
        }
        dispatcher.post("/catalogs?name=Ocean%20archive&format=csv", rows.toString());
        await().until(() -> dispatcher.get("/catalogs").at("/items/0/status").equals("imported"));
        dispatcher.post("/catalogs?name=data.json", "<!doctype html><title>Sign in</title>");
        String[] names = {"kelp", "library-basement", "attic-nas", "old-workstation", "campus-07", "spare-disk"};
        for (int i = 0; i < names.length; i++) {
            dispatcher.post(
                    "/nodes",
                    "{'node_id':'%s','name':'%s','operator':'%s','region':'eu','capacity_gb':%d}"
                            .formatted(
                                    names[i],
                                    names[i],
                                    i % 3 == 0 ? "Open Data Club" : "volunteer " + i,
                                    40 + 300 * i));
        }
        for (int round = 0; round < 8; round++) {
            for (int i = 0; i < 4; i++) {
                report(dispatcher, names[i], round);
            }
        }
        String disputed = dispatch(dispatcher, names[0], 5).at("/0/task_id").asText();
        for (int i = 0; i < 4; i++) {
            dispatch(dispatcher, names[i], 2 + i);
            JsonNode working =
                    dispatcher.get("/assignments?node_id=" + names[i]).body().at("/items");
            var progress = new StringBuilder();
            for (JsonNode one : working) {
                progress.append(progress.isEmpty() ? "" : ",")
                        .append("{'assignment_id':'%s','bytes_done':%d}"
                                .formatted(
                                        one.at("/assignment_id").asText(),
                                        one.at("/size_bytes").asLong() * (i + 1) / 6));
            }
            dispatcher.post(
                    "/nodes/" + names[i] + "/heartbeat",
                    "{'capacity_gb':%d,'assignments':[%s]}".formatted(40 + 300 * i, progress));
        }
        dispatcher.post("/nodes/" + names[4] + "/drain", "");
        dispatcher.patch("/hosts/" + AGENCIES[1], "{'paused':true}");
        try (Connection connection = dispatcher.bean(Database.class).connect("a past")) {
            Sql.of(
                            connection,
                            "update node set heard_at = clock_timestamp() - interval '80 s' where node_id = ?",
                            names[5])
                    .update();
            Sql.of(connection, """
                            insert into progress (at, tasks, rescued, rescued_bytes, failed, copies, copied_bytes, took_seconds)
                            select clock_timestamp() - make_interval(secs => 3600 - 20 * n), 400, n * 2 / 3, n * 200000000::bigint, n / 15,
                                   n, (n * 330000000::bigint + 2500000000 * sin(n / 9.0))::bigint, 0.01
                            from generate_series(1, 179) as n
                            """).update();
            Sql.of(connection, """
                            update standing set verification = 'disputed', sha256 = null, size_bytes = null, copies = 0
                            where task_id = (select min(task_id) from standing where status = 'replicating')
                            """).update();
        }
        return dispatcher
                        .get("/tasks?verification=disputed")
                        .at("/items/0/task_id")
                        .isEmpty()
                ? disputed
                : dispatcher.get("/tasks?verification=disputed").at("/items/0/task_id");
    }

    private static JsonNode dispatch(TestDispatcher dispatcher, String node, int tasks) {
        Answer given = dispatcher.post(
                "/dispatch", "{'node_id':'%s','capacity_gb':900,'max_tasks':%d}".formatted(node, tasks));
        return given.body().at("/assignment/assigned_tasks");
    }

    private static void report(TestDispatcher dispatcher, String node, int round) {
        int nth = 0;
        for (JsonNode task : dispatch(dispatcher, node, 6)) {
            String lease = "/assignments/" + task.at("/assignment_id").asText();
            if (nth++ == 0 && round % 3 == 0) {
                String reason =
                        List.of("gone", "origin_error", "digest_mismatch").get(round / 3 % 3);
                dispatcher.post(
                        lease + "/fail",
                        "{'node_id':'%s','reason':'%s','http_status':%d,'detail':'the origin answered %s'}"
                                .formatted(
                                        node,
                                        reason,
                                        round == 0 ? 404 : 500,
                                        round == 0 ? "Not Found" : "Internal Error"));
            } else {
                String digest = Integer.toHexString(task.at("/task_id").asText().hashCode() | 0x10000000)
                        .substring(0, 8);
                dispatcher.post(
                        lease + "/complete",
                        "{'node_id':'%s','sha256':'%s','size_bytes':%d}"
                                .formatted(
                                        node,
                                        digest.repeat(8),
                                        task.at("/size_bytes").asLong()));
            }
        }
    }
}
