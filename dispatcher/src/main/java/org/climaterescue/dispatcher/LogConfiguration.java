package org.climaterescue.dispatcher;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How the program logs before its settings are read, unless {@code -Dlogback.configurationFile} names a file of the user's. In code,
 * for to look for a file in every jar and to read it takes a tenth of a second of each start.
 */
public final class LogConfiguration extends ContextAwareBase implements Configurator {

    /**
     * Says with a stack trace, for each read that fails, what the caller is told. It does not log by way of Logback, and what nobody holds
     * forgets its level.
     */
    private static final java.util.logging.Logger FAILED_READS =
            java.util.logging.Logger.getLogger("com.github.benmanes.caffeine.cache.LocalAsyncCache");

    private static final String FILE = "logback.configurationFile";

    /** The name of the appender. */
    static final String CONSOLE = "console";

    @Override
    public ExecutionStatus configure(LoggerContext loggers) {
        FAILED_READS.setLevel(java.util.logging.Level.OFF);
        String file = System.getProperty(FILE);
        if (file != null) {
            if (isThere(file)) {
                return ExecutionStatus.INVOKE_NEXT_IF_ANY;
            }
            addWarn("-D" + FILE + " names nothing that is there: " + file);
        }
        // Levels of our own and of libraries are set at the start, from LOG_LEVEL and DEBUG.
        loggers.getLogger("org.climaterescue").setLevel(Level.INFO);
        // Why the server could not start is told in one line by StartFailure.
        loggers.getLogger("io.micronaut.http.server.netty.NettyHttpServer").setLevel(Level.OFF);
        // Says for each connection, with a stack trace, what is said once when the database goes away.
        loggers.getLogger("com.zaxxer.hikari").setLevel(Level.ERROR);
        // Says with a stack trace, for each commit that the database did not live to see, what the caller is told.
        loggers.getLogger("io.micronaut.transaction.jdbc.DataSourceTransactionManager")
                .setLevel(Level.OFF);
        Logger root = loggers.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        root.addAppender(console(loggers));
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** A file, a resource or a URL, as Logback understands it. */
    private static boolean isThere(String name) {
        return name.contains("://")
                || Files.exists(Path.of(name))
                || LogConfiguration.class.getResource("/" + name) != null;
    }

    private static ConsoleAppender<ILoggingEvent> console(LoggerContext loggers) {
        var lines = new PatternLayoutEncoder();
        lines.setContext(loggers);
        lines.setPattern("%d{HH:mm:ss.SSS} %-5level %logger{0}: %msg%n");
        lines.start();
        var console = new ConsoleAppender<ILoggingEvent>();
        console.setContext(loggers);
        console.setName(CONSOLE);
        // What commands print for people and programs goes to standard output.
        console.setTarget("System.err");
        console.setEncoder(lines);
        console.start();
        return console;
    }
}
