package org.climaterescue.benchmarks;

import com.google.gson.JsonObject;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** The dashboard in the Chromium of this machine. */
record BrowserVisits(Path program) {

    /** How long it is recorded what an open page asks for. */
    static final Duration RECORDED = Duration.ofSeconds(20);

    /** What an open page listens to. */
    static final String STREAM = "/stream?only=stats&only=database";

    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");
    private static final int VISITS = 5;
    private static final Duration SETTLED = Duration.ofSeconds(2);
    private static final String FIGURE = ".verdict .figure";

    /** Looks for it on the PATH. */
    static Optional<BrowserVisits> find() {
        return Stream.of(System.getenv("PATH").split(":"))
                .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst()
                .map(BrowserVisits::new);
    }

    /** Opens the page as somebody who has never been here, again and again; tells what it asks for while it stays open. */
    List<Call> measure(URI dispatcher, Report report) {
        try (var playwright = Playwright.create(
                        new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
                Browser browser = playwright
                        .chromium()
                        .launch(new BrowserType.LaunchOptions()
                                .setExecutablePath(program)
                                .setArgs(List.of("--no-sandbox", "--disable-background-networking")))) {
            List<Visit> visits = new ArrayList<>();
            for (int visit = 0; visit < VISITS; visit++) {
                visits.add(visit(browser, dispatcher));
            }
            double[] millis =
                    visits.stream().mapToDouble(Visit::millis).sorted().toArray();
            long[] bytes = visits.stream().mapToLong(Visit::bytes).sorted().toArray();
            long[] calls = visits.stream().mapToLong(Visit::calls).sorted().toArray();
            report.add(
                    "a first visit: to its first figure, and all that it loads in two seconds more; median of "
                            + VISITS,
                    Report.whole(bytes[VISITS / 2] / 1000),
                    Report.whole(calls[VISITS / 2]),
                    Report.whole(millis[VISITS / 2]),
                    Report.whole(millis[VISITS - 1]),
                    "–",
                    "–");
            return record(browser, dispatcher);
        }
    }

    private static Visit visit(Browser browser, URI dispatcher) {
        try (BrowserContext context = browser.newContext()) {
            Page page = context.newPage();
            var bytes = new AtomicLong();
            var calls = new AtomicLong();
            CDPSession network = context.newCDPSession(page);
            network.send("Network.enable");
            // The stream never ends, so it is not among these.
            network.on("Network.loadingFinished", (JsonObject event) -> {
                bytes.addAndGet(event.get("encodedDataLength").getAsLong());
                calls.incrementAndGet();
            });
            long began = System.nanoTime();
            page.navigate(dispatcher.toString());
            page.locator(FIGURE).waitFor();
            double millis = (System.nanoTime() - began) / 1e6;
            page.waitForTimeout((double) SETTLED.toMillis());
            return new Visit(millis, bytes.get(), calls.get());
        }
    }

    private static List<Call> record(Browser browser, URI dispatcher) {
        List<Call> calls = new ArrayList<>();
        try (BrowserContext context = browser.newContext()) {
            Page page = context.newPage();
            page.navigate(dispatcher.toString());
            page.locator(FIGURE).waitFor();
            page.waitForTimeout((double) SETTLED.toMillis());
            long began = System.nanoTime();
            page.onRequest(request -> {
                if (request.resourceType().equals("fetch")) {
                    calls.add(new Call(Duration.ofNanos(System.nanoTime() - began), URI.create(request.url())));
                }
            });
            page.waitForTimeout((double) RECORDED.toMillis());
        }
        return calls;
    }

    /** One visit. */
    private record Visit(double millis, long bytes, long calls) {}

    /** What a page asked for, so long after the recording began. */
    record Call(Duration after, URI uri) {}
}
