package org.climaterescue.dispatcher;

import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;
import org.climaterescue.db.DatabaseConfig;
import org.climaterescue.db.DatabaseOpening;
import org.climaterescue.dispatcher.mock.MockDispatchController;
import org.climaterescue.dispatcher.settings.Settings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running dispatcher. */
public final class Dispatcher implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);

    private final ApplicationContext context;
    private final URI uri;

    private Dispatcher(ApplicationContext context, URI uri) {
        this.context = context;
        this.uri = uri;
    }

    /**
     * Starts a dispatcher; when this returns, it answers.
     *
     * @param environment the variables to read the settings from, as {@link System#getenv()} gives them
     * @throws StartFailure with one line for people when it cannot start; nothing is left running then
     */
    public static Dispatcher start(Map<String, String> environment) {
        return start(environment, Map.of());
    }

    /** Starts with more properties for the container, as tests need them. */
    static Dispatcher start(Map<String, String> environment, Map<String, Object> more) {
        Settings settings;
        try {
            settings = Settings.from(environment);
        } catch (RuntimeException bad) {
            throw StartFailure.of(null, bad);
        }
        LogLevels.apply(settings.logging());
        LogFormats.apply(settings.logging().format());
        Map<String, Object> properties = properties(settings, more);
        DatabaseOpening database = DatabaseOpening.begin(new DatabaseConfig(
                settings.database().url(), settings.database().dataDir()));
        ApplicationContext context = ApplicationContext.builder()
                .singletons(settings, database)
                .properties(properties)
                // What is set is set in Settings; no variable of the framework shall reach in beside it.
                .environmentPropertySource(false)
                .deduceEnvironment(false)
                .banner(false)
                .build();
        try {
            context.start();
            EmbeddedServer server = context.getBean(EmbeddedServer.class).start();
            URI uri = uri(settings.listen().host(), server.getPort());
            log.info("Ready at {} in {} mode", uri, settings.access().secured() ? "secured" : "open");
            return new Dispatcher(context, uri);
        } catch (Throwable thrown) {
            StartFailure failure = StartFailure.of(settings, thrown);
            // The database last, also when nobody has come to take it.
            try (database) {
                context.close();
            } catch (RuntimeException alsoFailed) {
                failure.addSuppressed(alsoFailed);
            }
            throw failure;
        }
    }

    /** Where it answers, as seen from this machine. */
    public URI uri() {
        return uri;
    }

    /** The container, for tests that look inside. */
    ApplicationContext context() {
        return context;
    }

    /** Stops: takes no new connections, lets calls under way finish for a few seconds, then closes everything. */
    @Override
    public void close() {
        context.close();
    }

    private static Map<String, Object> properties(Settings settings, Map<String, Object> more) {
        Map<String, Object> properties = new HashMap<>(more);
        properties.put("micronaut.server.host", settings.listen().host());
        // The framework's word for any free port is -1.
        properties.put(
                "micronaut.server.port",
                settings.listen().port() == 0 ? -1 : settings.listen().port());
        properties.put("micronaut.security.enabled", settings.access().secured());
        properties.put(MockDispatchController.ENABLED, settings.mock().enabled());
        return properties;
    }

    private static URI uri(String host, int port) {
        String reachable = host;
        try {
            InetAddress address = InetAddress.getByName(host);
            if (address.isAnyLocalAddress()) {
                reachable = "127.0.0.1";
            }
        } catch (UnknownHostException gone) {
            log.debug("{} cannot be resolved any more", host, gone);
        }
        boolean bareIpv6 = reachable.contains(":") && !reachable.startsWith("[");
        return URI.create("http://" + (bareIpv6 ? "[" + reachable + "]" : reachable) + ":" + port);
    }
}
