package org.climaterescue.dispatcher;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import org.climaterescue.dispatcher.settings.Settings;
import org.slf4j.LoggerFactory;

/** Sets how the log is written: LOG_FORMAT, lines for people, or a JSON object a line. */
final class LogFormats {

    private LogFormats() {}

    static void apply(Settings.LogFormat format) {
        if (format == Settings.LogFormat.TEXT
                || !(LoggerFactory.getILoggerFactory() instanceof LoggerContext loggers)) {
            return;
        }
        Logger root = loggers.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        if (root.getAppender(LogConfiguration.CONSOLE) instanceof OutputStreamAppender<ILoggingEvent> console) {
            console.setEncoder(json(loggers));
        }
    }

    private static Encoder<ILoggingEvent> json(LoggerContext loggers) {
        var json = new JsonEncoder();
        json.setContext(loggers);
        json.setWithFormattedMessage(true);
        // The message with its arguments says all that these do.
        json.setWithMessage(false);
        json.setWithArguments(false);
        json.setWithSequenceNumber(false);
        json.setWithNanoseconds(false);
        json.setWithContext(false);
        json.start();
        return json;
    }
}
