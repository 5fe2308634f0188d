package org.climaterescue.dispatcher.telemetry;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;

/** Brings what libraries count in line with the conventions of Prometheus, or leaves it out. */
@Factory
final class MeterFilters {

    /** It ends with {@code _ns_total}; {@code process_cpu_usage} tells what a processor has to do. */
    @Bean
    @Singleton
    MeterFilter processorTime() {
        return MeterFilter.denyNameStartsWith("process.cpu.time");
    }

    /** It ends with {@code _count} and is none. */
    @Bean
    @Singleton
    MeterFilter processors() {
        return MeterFilter.denyNameStartsWith("system.cpu.count");
    }

    /** It comes without a word of explanation. */
    @Bean
    @Singleton
    MeterFilter requests() {
        return new MeterFilter() {
            @Override
            public Meter.Id map(Meter.Id id) {
                return id.getName().equals("http.server.requests")
                        ? new Meter.Id(
                                id.getName(),
                                Tags.of(id.getTagsAsIterable()),
                                id.getBaseUnit(),
                                "answered calls, by the route that they took",
                                id.getType())
                        : id;
            }
        };
    }
}
