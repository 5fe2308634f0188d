package org.climaterescue.dispatcher;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import org.climaterescue.dispatcher.settings.Settings;
import org.slf4j.LoggerFactory;

/** Sets what is logged: LOG_LEVEL for this project's own code; libraries stay at warnings unless that is TRACE. */
final class LogLevels {

    private LogLevels() {}

    static void apply(Settings.Logging logging) {
        if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext loggers)) {
            return;
        }
        Level asked = Level.toLevel(logging.level());
        Level own = logging.debug() && asked.isGreaterOrEqual(Level.DEBUG) ? Level.DEBUG : asked;
        Level libraries = asked == Level.TRACE ? Level.DEBUG : asked.isGreaterOrEqual(Level.WARN) ? asked : Level.WARN;
        loggers.getLogger("org.climaterescue").setLevel(own);
        loggers.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).setLevel(libraries);
    }
}
