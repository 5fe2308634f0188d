package org.climaterescue.dispatcher.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A real browser: the Chromium of this machine. Collects what pages complain about. */
final class Chromium implements AutoCloseable {

    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");

    private static final double PATIENCE_MILLIS = 15_000;

    private final Playwright playwright;
    private final Browser browser;
    private final List<String> complaints = new ArrayList<>();

    private Chromium(Playwright playwright, Browser browser) {
        this.playwright = playwright;
        this.browser = browser;
    }

    /** Starts it; where there is none, the calling test is skipped and says how to get one. */
    static Chromium start() {
        Optional<Path> program = program();
        Assumptions.assumeTrue(
                program.isPresent(),
                "no Chromium or Google Chrome is on the PATH, so the dashboard was not tested; on Debian or Ubuntu:"
                        + " apt-get install chromium");
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MILLIS);
        var playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        return new Chromium(
                playwright,
                playwright
                        .chromium()
                        .launch(new BrowserType.LaunchOptions()
                                .setExecutablePath(program.orElseThrow())
                                .setArgs(List.of("--no-sandbox", "--disable-background-networking"))));
    }

    private static Optional<Path> program() {
        return Stream.of(System.getenv("PATH").split(":"))
                .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** A page of a browser that knows nothing yet, on the dashboard, as wide as that. */
    Page open(URI dispatcher, int width, ColorScheme colours) {
        return open(dispatcher, width, colours, new Controls());
    }

    /** Like the other, and notes which of its controls are used. */
    Page open(URI dispatcher, int width, ColorScheme colours, Controls controls) {
        BrowserContext context = browser.newContext(new Browser.NewContextOptions()
                .setViewportSize(width, 900)
                .setColorScheme(colours)
                .setLocale("en-GB")
                .setBaseURL(dispatcher.toString()));
        context.setDefaultTimeout(PATIENCE_MILLIS);
        controls.watch(context);
        Page page = context.newPage();
        page.onConsoleMessage(message -> note(message));
        page.onPageError(error -> complaints.add("error: " + error));
        page.navigate("/");
        return page;
    }

    Page open(URI dispatcher) {
        return open(dispatcher, 1400, ColorScheme.LIGHT);
    }

    private void note(ConsoleMessage message) {
        if (message.type().equals("error") || message.type().equals("warning")) {
            complaints.add(message.type() + ": " + message.text() + " at " + message.location());
        }
    }

    /** Nothing was written to the console, and nothing thrown, since the last look. */
    void assertQuiet() {
        List<String> told = List.copyOf(complaints);
        complaints.clear();
        assertThat(told).isEmpty();
    }

    /** What was complained about was to be. */
    void forgive() {
        complaints.clear();
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }
}
