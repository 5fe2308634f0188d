package org.climaterescue.cli;

import java.net.URI;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Which dispatcher a command speaks to; may be said before or after the name of a command within that command. */
final class DispatcherOptions {

    @Option(
            names = "--dispatcher",
            scope = ScopeType.INHERIT,
            paramLabel = "URL",
            defaultValue = "${env:RESCUE_DISPATCHER:-http://localhost:8001}",
            description = "The dispatcher (default: RESCUE_DISPATCHER, or else http://localhost:8001).")
    private URI dispatcher = URI.create("http://localhost:8001");

    @Option(
            names = "--key",
            scope = ScopeType.INHERIT,
            paramLabel = "KEY",
            defaultValue = "${env:RESCUE_OPERATOR_KEY}",
            description = "The operator key of a secured dispatcher (default: RESCUE_OPERATOR_KEY).")
    private @Nullable String key;

    /** Its address. */
    URI uri() {
        if (!"http".equalsIgnoreCase(dispatcher.getScheme()) && !"https".equalsIgnoreCase(dispatcher.getScheme())) {
            throw new WrongUsage(
                    "--dispatcher must be an http or https URL such as http://localhost:8001, not " + dispatcher);
        }
        return dispatcher;
    }

    /** The operator key; null sends none. */
    @Nullable
    String key() {
        return key;
    }

    DispatcherApi connect() {
        return new DispatcherApi(uri(), key);
    }
}
