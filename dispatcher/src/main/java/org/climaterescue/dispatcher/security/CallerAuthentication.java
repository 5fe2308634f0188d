package org.climaterescue.dispatcher.security;

import io.micronaut.context.annotation.Requires;
import io.micronaut.core.async.publisher.Publishers;
import io.micronaut.http.HttpRequest;
import io.micronaut.security.authentication.Authentication;
import io.micronaut.security.filters.AuthenticationFetcher;
import jakarta.inject.Singleton;
import java.util.List;
import org.reactivestreams.Publisher;

/** Tells the framework's security what the {@link Doorman} found out. */
@Singleton
@Requires(property = "micronaut.security.enabled", notEquals = "false")
final class CallerAuthentication implements AuthenticationFetcher<HttpRequest<?>> {

    private static final Authentication OPERATOR =
            Authentication.build("operator", List.of(Roles.OPERATOR, Roles.JOIN));
    private static final Authentication JOINER = Authentication.build("join", List.of(Roles.JOIN));

    @Override
    public Publisher<Authentication> fetchAuthentication(HttpRequest<?> request) {
        return switch (Doorman.callerOf(request)) {
            case Caller.Operator operator -> Publishers.just(OPERATOR);
            case Caller.Joiner joiner -> Publishers.just(JOINER);
            case Caller.Node node -> Publishers.just(Authentication.build(node.nodeId(), List.of(Roles.NODE)));
            case Caller.Anonymous anonymous -> Publishers.empty();
            case Caller.Anybody anybody -> Publishers.empty();
        };
    }
}
