package org.climaterescue.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The scripts of {@code benchmarks/peers} beside what they need, outside the repository.
 *
 * @param directory in the user's cache
 */
record NodeModules(Path directory) {

    private static final Path SCRIPTS = Path.of("benchmarks", "peers");
    private static final String LOCK = "package-lock.json";

    /** Installs what the lock file says unless that has been done. */
    static NodeModules installed() throws IOException, InterruptedException {
        Path cache = Path.of(Objects.requireNonNullElseGet(
                System.getenv("XDG_CACHE_HOME"), () -> System.getProperty("user.home") + "/.cache"));
        Path directory = Files.createDirectories(cache.resolve("climate-rescue").resolve("benchmark-peers"));
        var modules = new NodeModules(directory);
        Path lock = directory.resolve(LOCK);
        boolean stale = !Files.isExecutable(modules.node())
                || !Files.exists(lock)
                || Files.mismatch(lock, SCRIPTS.resolve(LOCK)) >= 0;
        try (Stream<Path> scripts = Files.list(SCRIPTS)) {
            for (Path script : scripts.filter(Files::isRegularFile).toList()) {
                Files.copy(script, directory.resolve(script.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        if (stale) {
            install(directory);
        }
        return modules;
    }

    /** A Node.js of the version that the lock file says: that of the system may be older than the peers want. */
    Path node() {
        return directory.resolve("node_modules").resolve("node").resolve("bin").resolve("node");
    }

    private static void install(Path directory) throws IOException, InterruptedException {
        Process npm;
        try {
            npm = new ProcessBuilder(List.of("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"))
                    .directory(directory.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException missing) {
            throw new IOException("the peers for Node.js need npm (apt-get install npm)", missing);
        }
        if (npm.waitFor() != 0) {
            Files.deleteIfExists(directory.resolve(LOCK));
            throw new IOException("npm ci failed in " + directory);
        }
    }
}
