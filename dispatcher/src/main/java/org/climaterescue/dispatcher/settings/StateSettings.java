package org.climaterescue.dispatcher.settings;

import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import org.climaterescue.db.host.HostTerms;
import org.climaterescue.db.node.Silence;

/** The settings as the state of record takes them. */
@Factory
final class StateSettings {

    @Singleton
    Silence silence(Settings settings) {
        return new Silence(
                settings.liveness().suspectAfter(), settings.liveness().lostAfter());
    }

    @Singleton
    HostTerms hostTerms(Settings settings) {
        return new HostTerms(
                settings.rescue().hostConnections(), settings.retries().base());
    }
}
