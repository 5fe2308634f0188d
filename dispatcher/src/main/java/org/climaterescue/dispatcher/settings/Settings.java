package org.climaterescue.dispatcher.settings;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.climaterescue.protocol.Limits;
import org.jspecify.annotations.Nullable;

/**
 * Everything that an operator can set, checked.
 *
 * @param listen where the service answers
 * @param database where the state of record is
 * @param liveness when a node counts as silent
 * @param retries how failed tasks are tried again
 * @param rescue how tasks are rescued
 * @param history how long the chain of custody is kept
 * @param reads how long readers wait
 * @param access who may do what
 * @param mock the mock mode for developers of clients
 * @param logging what is logged
 * @param priorizer who says what to rescue first
 */
public record Settings(
        Listen listen,
        Database database,
        Liveness liveness,
        Retries retries,
        Rescue rescue,
        History history,
        Reads reads,
        Access access,
        Mock mock,
        Logging logging,
        Priorizer priorizer) {

    private static final Duration MOMENT = Duration.ofMillis(100);

    /** The server closes connections that have been silent a little longer. */
    private static final Duration LONGEST_SILENCE = Duration.ofMinutes(2);

    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration MONTH = Duration.ofDays(30);
    private static final Duration YEAR = Duration.ofDays(365);

    /**
     * Where the service answers.
     *
     * @param host an address or a name of this machine
     * @param port 0 to 65535; 0 takes any free port
     */
    public record Listen(String host, int port) {}

    /**
     * Where the state of record is.
     *
     * @param url a JDBC or {@code postgresql://} URL; null for an embedded PostgreSQL
     * @param dataDir where the embedded PostgreSQL keeps its files
     */
    public record Database(@Nullable String url, Path dataDir) {}

    /**
     * When a node counts as silent: {@code heartbeat < suspectAfter < lostAfter}.
     *
     * @param heartbeat how often a node is asked to report
     * @param suspectAfter the silence after which a node gets nothing new
     * @param lostAfter the silence after which its assignments go back; also how long a lease lasts
     * @param stallAfter how long an assignment may go without a byte
     */
    public record Liveness(Duration heartbeat, Duration suspectAfter, Duration lostAfter, Duration stallAfter) {}

    /**
     * How failed tasks are tried again.
     *
     * @param maxAttempts failures after which a task is given up, 1 to 1000
     * @param base the first pause; it doubles with each failure
     */
    public record Retries(int maxAttempts, Duration base) {}

    /**
     * How tasks are rescued.
     *
     * @param copies copies wanted of a task that does not say, 1 to 100
     * @param dedupWindow how long a URL that was submitted is not taken again
     * @param hostConnections active assignments per origin host over the whole fleet, 1 to 1000
     * @param unknownSizeBytes what a task of unknown size reserves on a node
     * @param allowPrivate whether origins at private, loopback and link-local addresses are allowed
     */
    public record Rescue(
            int copies, Duration dedupWindow, int hostConnections, long unknownSizeBytes, boolean allowPrivate) {}

    /**
     * How long the chain of custody is kept.
     *
     * @param keep events that are older may be dropped; null: none ever
     */
    public record History(@Nullable Duration keep) {}

    /**
     * How long readers wait.
     *
     * @param longestWait for a read that others have begun
     */
    public record Reads(Duration longestWait) {}

    /**
     * Who may do what.
     *
     * @param operatorKey the credential for operator calls; null in open mode
     * @param joinKey the credential to register nodes with; null when only the operator key serves
     * @param open whether open mode is allowed on other addresses than loopback
     * @param rateLimit requests a second and client; 0 for no limit
     */
    public record Access(
            @Nullable String operatorKey, @Nullable String joinKey, boolean open, int rateLimit) {

        /** Whether credentials are asked for. */
        public boolean secured() {
            return operatorKey != null;
        }
    }

    /**
     * The mock mode for developers of clients.
     *
     * @param enabled whether {@code POST /mock_dispatch} exists
     * @param data the file of scenarios
     */
    public record Mock(boolean enabled, Path data) {}

    /**
     * What is logged.
     *
     * @param level one of TRACE, DEBUG, INFO, WARN, ERROR, OFF
     * @param debug whether this project's own code logs in detail
     * @param format how
     */
    public record Logging(String level, boolean debug, LogFormat format) {}

    /** How the log is written. */
    public enum LogFormat {
        /** A line for people. */
        TEXT,
        /** A JSON object a line. */
        JSON
    }

    /**
     * Who says what to rescue first.
     *
     * @param url the base URL of the priorizer; null when there is none
     * @param refresh how often it is asked; zero: only when an operator says so
     */
    public record Priorizer(@Nullable URI url, Duration refresh) {}

    /**
     * Reads the settings; what is not set takes its default.
     *
     * @throws BadSetting when a value makes no sense
     */
    public static Settings from(Map<String, String> environment) {
        var from = new Environment(environment);
        Access access = access(from);
        return new Settings(
                listen(from, access),
                new Database(from.databaseUrl("DATABASE_URL"), from.path("RESCUE_DATA_DIR", "./data")),
                liveness(from),
                new Retries(
                        (int) from.number("RESCUE_MAX_ATTEMPTS", 6, 1, 1000),
                        from.duration(
                                "RESCUE_RETRY_BASE",
                                Duration.ofSeconds(30),
                                Duration.ofMillis(1),
                                Duration.ofHours(6))),
                rescue(from),
                new History(from.durationOrNull("RESCUE_HISTORY", MONTH, YEAR.multipliedBy(100))),
                new Reads(from.duration("RESCUE_COALESCE_WAIT", Duration.ofSeconds(30), MOMENT, LONGEST_SILENCE)),
                access,
                new Mock(
                        from.flag("ENABLE_MOCK_MODE", !access.secured()),
                        from.path("MOCK_DATA_PATH", "mock/mock_data.json")),
                new Logging(
                        from.logLevel("LOG_LEVEL", "INFO"),
                        from.flag("DEBUG", false),
                        from.word("LOG_FORMAT", LogFormat.TEXT)),
                new Priorizer(
                        from.httpUrl("PRIORIZER_URL"),
                        from.duration("RESCUE_PRIORIZER_REFRESH", Duration.ofMinutes(10), Duration.ZERO, YEAR)));
    }

    private static Access access(Environment from) {
        String operatorKey = from.key("RESCUE_OPERATOR_KEY");
        String joinKey = from.key("RESCUE_JOIN_KEY");
        if (joinKey != null && operatorKey == null) {
            throw new BadSetting(
                    "RESCUE_JOIN_KEY",
                    "RESCUE_JOIN_KEY is set but RESCUE_OPERATOR_KEY is not, so no credential would be asked for; set both or neither");
        }
        if (joinKey != null && joinKey.equals(operatorKey)) {
            throw new BadSetting(
                    "RESCUE_JOIN_KEY",
                    "RESCUE_JOIN_KEY equals RESCUE_OPERATOR_KEY, so every volunteer would be an operator; it must be another key");
        }
        int rateLimit = (int) from.number("RESCUE_RATE_LIMIT", operatorKey == null ? 0 : 200, 0, 1_000_000);
        return new Access(operatorKey, joinKey, from.flag("RESCUE_OPEN", false), rateLimit);
    }

    private static Listen listen(Environment from, Access access) {
        String given = from.text("DISPATCHER_HOST");
        String host = given != null ? given : access.secured() ? "0.0.0.0" : "127.0.0.1";
        int port = (int) from.number("DISPATCHER_PORT", 8001, 0, 65_535);
        try {
            InetAddress[] addresses = InetAddress.getAllByName(host);
            boolean loopback = Arrays.stream(addresses).allMatch(InetAddress::isLoopbackAddress);
            if (!loopback && !access.secured() && !access.open()) {
                throw new BadSetting(
                        "DISPATCHER_HOST",
                        host,
                        "a loopback address such as 127.0.0.1 while no RESCUE_OPERATOR_KEY is set, for anybody who reaches it could"
                                + " do anything; set RESCUE_OPERATOR_KEY, or RESCUE_OPEN=true if that is meant");
            }
        } catch (UnknownHostException unknown) {
            var bad = new BadSetting("DISPATCHER_HOST", host, "an address or a resolvable name of this machine");
            bad.initCause(unknown);
            throw bad;
        }
        return new Listen(host, port);
    }

    private static Liveness liveness(Environment from) {
        Duration heartbeat = from.duration("RESCUE_HEARTBEAT", Duration.ofSeconds(15), MOMENT, DAY);
        Duration suspectAfter = from.duration("RESCUE_SUSPECT_AFTER", Duration.ofSeconds(60), MOMENT, YEAR);
        Duration lostAfter = from.duration("RESCUE_LOST_AFTER", Duration.ofMinutes(2), MOMENT, YEAR);
        inOrder("RESCUE_HEARTBEAT", heartbeat, "RESCUE_SUSPECT_AFTER", suspectAfter);
        inOrder("RESCUE_SUSPECT_AFTER", suspectAfter, "RESCUE_LOST_AFTER", lostAfter);
        return new Liveness(
                heartbeat,
                suspectAfter,
                lostAfter,
                from.duration("RESCUE_STALL_AFTER", Duration.ofMinutes(15), MOMENT, YEAR));
    }

    private static void inOrder(String shorterName, Duration shorter, String longerName, Duration longer) {
        if (shorter.compareTo(longer) >= 0) {
            throw new BadSetting(
                    longerName,
                    Durations.format(longer),
                    "longer than %s, which is %s".formatted(shorterName, Durations.format(shorter)));
        }
    }

    private static Rescue rescue(Environment from) {
        return new Rescue(
                (int) from.number("RESCUE_COPIES", 3, 1, 100),
                from.duration("RESCUE_DEDUP_WINDOW", Duration.ofDays(7), Duration.ZERO, YEAR.multipliedBy(100)),
                (int) from.number("RESCUE_HOST_CONNECTIONS", 2, 1, 1000),
                from.number("RESCUE_UNKNOWN_SIZE_MB", 1000, 1, 1_000_000_000) * Limits.MB,
                from.flag("RESCUE_ALLOW_PRIVATE", false));
    }
}
