package org.climaterescue.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rescue manifest}: all that is rescued. */
@Command(
        name = "manifest",
        mixinStandardHelpOptions = true,
        description = "Prints every rescued file: its URL, SHA-256, size, verification, and the nodes that hold it.")
final class ManifestCommand implements Callable<Integer> {

    /** How it may be written. */
    enum Format {
        CSV,
        JSONL,
        SHA256,
        META4;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private DispatcherOptions dispatcher = new DispatcherOptions();

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "csv",
            description =
                    "One of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}); sha256 is for sha256sum -c, meta4 is Metalink.")
    private Format format = Format.CSV;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = SafeOutput.of(spec);
        try (DispatcherApi api = dispatcher.connect()) {
            api.copy(DispatcherApi.path("/manifest", "format", format.toString()), out);
            return 0;
        }
    }
}
