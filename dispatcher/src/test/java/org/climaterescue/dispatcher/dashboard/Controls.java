package org.climaterescue.dispatcher.dashboard;

import com.microsoft.playwright.BrowserContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** The buttons, links and fields that pages have shown, and those of them that were used; each is called "place: name". */
final class Controls {

    private final Set<String> shown = new TreeSet<>();
    private final Set<String> used = new TreeSet<>();

    /** Looks at every page that is opened in this context from now on. */
    void watch(BrowserContext context) {
        context.exposeFunction("controlShown", names -> shown.add((String) names[0]));
        context.exposeFunction("controlUsed", names -> used.add((String) names[0]));
        try (InputStream script = Controls.class.getResourceAsStream("controls.js")) {
            context.addInitScript(new String(Objects.requireNonNull(script).readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Those in these places that nobody has used. */
    Set<String> unused(Collection<String> places) {
        Set<String> unused = new TreeSet<>(shown);
        unused.removeAll(used);
        unused.removeIf(control -> !places.contains(control.substring(0, control.indexOf(':'))));
        return unused;
    }
}
