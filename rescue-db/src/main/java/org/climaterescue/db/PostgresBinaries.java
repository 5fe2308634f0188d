package org.climaterescue.db;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import io.zonky.test.db.postgres.util.ArchUtils;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.jar.JarEntry;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tukaani.xz.XZInputStream;

/**
 * PostgreSQL's programs, brought along in a jar and unpacked once for each user.
 *
 * <p>They are unpacked beside their final place and then renamed, so that a kill or a full disk in the middle leaves nothing
 * half done there. What a power cut or a tidy-up program damaged later is told by its size and unpacked again. Processes
 * that start at once take turns.
 */
final class PostgresBinaries {

    private static final Logger LOG = LoggerFactory.getLogger(PostgresBinaries.class);

    private static final String LOCK = "unpacking.lock";
    private static final String UNFINISHED = "unfinished-";
    private static final String SIZE = "unpacked-bytes";

    /** File locks hold between processes only; this one is for the threads of this process. */
    private static final Object TURN = new Object();

    private final Path home;

    private PostgresBinaries(Path home) {
        this.home = home;
    }

    /** The cache directory of the user who runs this, where the programs are shared by all data directories. */
    static Path userCache() {
        String cache = System.getenv("XDG_CACHE_HOME");
        Path root = cache != null && Path.of(cache).isAbsolute()
                ? Path.of(cache)
                : Path.of(System.getProperty("user.home"), ".cache");
        return root.resolve("climate-rescue").resolve("postgresql");
    }

    /**
     * Unpacks the programs into {@code cache} unless they are there.
     *
     * @param cache made if missing; when it cannot be written, {@code dataDir} takes its place
     */
    static PostgresBinaries unpacked(Path cache, Path dataDir) {
        String name = checksum();
        Path shared = cache.resolve(name);
        try {
            if (whole(shared)) {
                return new PostgresBinaries(shared);
            }
            return unpackedInto(Files.createDirectories(cache), name);
        } catch (IOException e) {
            LOG.info("Keeping PostgreSQL's programs in {}, for {} cannot be used: {}", dataDir, cache, e.toString());
        }
        try {
            return unpackedInto(Files.createDirectories(dataDir.resolve("postgresql-programs")), name);
        } catch (IOException e) {
            throw DatabaseUnavailable.of(dataDir, e);
        }
    }

    /** Their major version, such as {@code 18}: initdb looks for it in the same place, the first line of the catalog that it makes. */
    String majorVersion() throws IOException {
        try (BufferedReader catalog = Files.newBufferedReader(
                home.resolve("share").resolve("postgresql").resolve("postgres.bki"), StandardCharsets.UTF_8)) {
            String first = catalog.readLine();
            if (first == null || !first.matches("# PostgreSQL \\d+")) {
                throw new IOException("the catalog of PostgreSQL's programs in " + home + " names no version");
            }
            return first.substring(first.lastIndexOf(' ') + 1);
        }
    }

    /** Runs {@code bin/<program>} to its end; its standard output and error are one text. */
    Ended run(String program, String... arguments) {
        var command = new ArrayList<String>();
        if (runsAsRoot()) {
            // PostgreSQL refuses to run as root. In a user namespace of its own it is nobody, yet its files stay ours.
            command.addAll(List.of("unshare", "-U"));
        }
        command.add(home.resolve("bin").resolve(program).toString());
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        builder.environment().put("LC_ALL", "C");
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Ended(exitCode(process), output);
        } catch (IOException e) {
            throw new DatabaseUnavailable("PostgreSQL's %s could not be run: %s".formatted(program, e.getMessage()), e);
        }
    }

    /**
     * Not interruptible on purpose: PostgreSQL is stopped properly also when the thread that stops it is hurried. And not by
     * {@link Process#onExit}, which needs a free thread of the common pool.
     */
    private static int exitCode(Process process) {
        boolean hurried = false;
        try {
            while (true) {
                try {
                    return process.waitFor();
                } catch (InterruptedException e) {
                    hurried = true;
                }
            }
        } finally {
            if (hurried) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Asks the server of {@code cluster} to stop and waits for it.
     *
     * @param mode {@code fast} or {@code immediate}, as pg_ctl knows them
     * @return false when it runs on, or did not run
     */
    boolean stop(Path cluster, String mode, int seconds) {
        return run("pg_ctl", "stop", "-D", cluster.toString(), "-m", mode, "-w", "-t", Integer.toString(seconds))
                .well();
    }

    /** What a program left behind. */
    record Ended(int exitCode, String output) {
        boolean well() {
            return exitCode == 0;
        }
    }

    private static boolean runsAsRoot() {
        return System.getProperty("os.name").startsWith("Linux")
                && ProcessHandle.current().info().user().filter("root"::equals).isPresent();
    }

    private static PostgresBinaries unpackedInto(Path cache, String name) throws IOException {
        Path target = cache.resolve(name);
        synchronized (TURN) {
            try (FileChannel turn =
                    FileChannel.open(cache.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                turn.lock();
                if (!whole(target)) {
                    LOG.info("Unpacking PostgreSQL into {} (once)", target);
                    delete(target);
                    removeUnfinished(cache);
                    Path unfinished = Files.createTempDirectory(cache, UNFINISHED);
                    try {
                        unpack(unfinished);
                        Files.writeString(unfinished.resolve(SIZE), Long.toString(bytes(unfinished)));
                        Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
                    } catch (IOException | RuntimeException e) {
                        delete(unfinished);
                        throw e;
                    }
                }
            }
        }
        return new PostgresBinaries(target);
    }

    private static boolean whole(Path programs) throws IOException {
        Path size = programs.resolve(SIZE);
        return Files.exists(size) && Files.readString(size).equals(Long.toString(bytes(programs)));
    }

    /** The sizes of all files together, but for the one that tells it. */
    private static long bytes(Path programs) throws IOException {
        try (Stream<Path> files =
                Files.find(programs, Integer.MAX_VALUE, (path, attributes) -> attributes.isRegularFile())) {
            return files.filter(path -> !path.endsWith(SIZE))
                    .mapToLong(path -> path.toFile().length())
                    .sum();
        }
    }

    private static void removeUnfinished(Path cache) throws IOException {
        try (Stream<Path> entries = Files.list(cache)) {
            for (Path entry : entries.toList()) {
                if (entry.getFileName().toString().startsWith(UNFINISHED)) {
                    delete(entry);
                }
            }
        }
    }

    private static void unpack(Path target) throws IOException {
        try (var tar = new TarArchiveInputStream(new BufferedInputStream(new XZInputStream(archive())))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path file = target.resolve(entry.getName()).normalize();
                if (entry.isDirectory()) {
                    Files.createDirectories(file);
                    continue;
                }
                Files.createDirectories(file.getParent());
                if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
                } else {
                    Files.copy(tar, file);
                    file.toFile().setExecutable((entry.getMode() & 0100) != 0, false);
                }
            }
        }
    }

    private static InputStream archive() throws IOException {
        try {
            return DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(system(), System.getProperty("os.arch"));
        } catch (IllegalStateException e) {
            throw noneForThisSystem(e);
        }
    }

    private static String system() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac") ? "Darwin" : "Linux";
    }

    /**
     * Tells the programs from those of other versions and systems. Their jar knows it by heart: to ask the resolver, which runs a shell
     * to name the distribution, and to read the archive takes longer than the server needs to start.
     */
    private static String checksum() {
        String archive = "postgres-%s-%s"
                .formatted(system().toLowerCase(Locale.ROOT), ArchUtils.normalize(System.getProperty("os.arch")));
        // The one distribution that wants programs of its own, where there are any for its processor.
        Stream<String> names = Files.exists(Path.of("/etc/alpine-release"))
                ? Stream.of(archive + "-alpine_linux.txz", archive + ".txz")
                : Stream.of(archive + ".txz");
        ClassLoader loader = DefaultPostgresBinaryResolver.class.getClassLoader();
        URL found = names.map(loader::getResource)
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow(() -> noneForThisSystem(null));
        try {
            JarEntry entry = ((JarURLConnection) found.openConnection()).getJarEntry();
            return "%08x-%d".formatted(entry.getCrc(), entry.getSize());
        } catch (IOException e) {
            throw new DatabaseUnavailable(
                    "PostgreSQL's programs in %s cannot be read: %s".formatted(found, e.getMessage()), e);
        }
    }

    private static DatabaseUnavailable noneForThisSystem(@Nullable Throwable cause) {
        return new DatabaseUnavailable(
                "No PostgreSQL comes with this program for %s on %s. Set DATABASE_URL to a PostgreSQL server."
                        .formatted(System.getProperty("os.name"), System.getProperty("os.arch")),
                cause);
    }

    /** Deletes a directory with all that is in it; a missing one is fine. */
    static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> all = Files.walk(directory)) {
            all.sorted(Comparator.reverseOrder()).forEach(path -> {
                try {
                    Files.delete(path);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
