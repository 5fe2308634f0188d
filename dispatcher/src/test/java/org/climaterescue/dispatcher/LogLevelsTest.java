package org.climaterescue.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import org.climaterescue.dispatcher.settings.Settings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

final class LogLevelsTest {

    @AfterEach
    void usual() {
        LogLevels.apply(new Settings.Logging("INFO", false, Settings.LogFormat.TEXT));
    }

    @ParameterizedTest
    @CsvSource({
        "INFO,false,INFO,WARN",
        "INFO,true,DEBUG,WARN",
        "DEBUG,false,DEBUG,WARN",
        "TRACE,false,TRACE,DEBUG",
        "TRACE,true,TRACE,DEBUG",
        "WARN,false,WARN,WARN",
        "ERROR,false,ERROR,ERROR",
        "ERROR,true,DEBUG,ERROR",
        "OFF,false,OFF,OFF",
    })
    void ourOwnCodeSpeaksAsAskedAndLibrariesLess(String level, boolean debug, String own, String libraries) {
        LogLevels.apply(new Settings.Logging(level, debug, Settings.LogFormat.TEXT));

        assertThat(levelOf("org.climaterescue.dispatcher.Dispatcher")).isEqualTo(own);
        assertThat(levelOf("io.netty.channel")).isEqualTo(libraries);
    }

    private static String levelOf(String logger) {
        return ((ch.qos.logback.classic.Logger) LoggerFactory.getLogger(logger))
                .getEffectiveLevel()
                .toString();
    }
}
