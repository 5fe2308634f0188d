package org.climaterescue.dispatcher.problem;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Primary;
import io.micronaut.context.annotation.Replaces;
import io.micronaut.jackson.ObjectMapperFactory;
import jakarta.inject.Singleton;
import org.climaterescue.protocol.Json;

/** Bodies are read and written as {@link Json} does it everywhere else. */
@Factory
@Replaces(factory = ObjectMapperFactory.class)
final class JsonCodec {

    @Bean
    @Primary
    @Singleton
    @Replaces(value = ObjectMapper.class, factory = ObjectMapperFactory.class)
    ObjectMapper mapper() {
        return Json.mapper();
    }
}
