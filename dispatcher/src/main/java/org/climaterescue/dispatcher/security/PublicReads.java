package org.climaterescue.dispatcher.security;

import io.micronaut.context.annotation.Requires;
import io.micronaut.core.async.publisher.Publishers;
import io.micronaut.http.HttpMethod;
import io.micronaut.http.HttpRequest;
import io.micronaut.management.endpoint.annotation.Endpoint;
import io.micronaut.security.authentication.Authentication;
import io.micronaut.security.rules.SecuredAnnotationRule;
import io.micronaut.security.rules.SecurityRule;
import io.micronaut.security.rules.SecurityRuleResult;
import io.micronaut.web.router.RouteAttributes;
import io.micronaut.web.router.RouteMatch;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * What holds where no {@code @Secured} speaks: reading is public, management but health is the operator's, everything else is closed.
 *
 * <p>What matches no route is let through, for it ends as 404 or 405.
 */
@Singleton
@Requires(property = "micronaut.security.enabled", notEquals = "false")
final class PublicReads implements SecurityRule<HttpRequest<?>> {

    private static final int ORDER = SecuredAnnotationRule.ORDER + 1;

    @Override
    public Publisher<SecurityRuleResult> check(
            @Nullable HttpRequest<?> request, @Nullable Authentication authentication) {
        return Publishers.just(request == null ? SecurityRuleResult.UNKNOWN : decide(request, authentication));
    }

    @Override
    public int getOrder() {
        return ORDER;
    }

    private static SecurityRuleResult decide(HttpRequest<?> request, @Nullable Authentication authentication) {
        RouteMatch<?> route = RouteAttributes.getRouteMatch(request).orElse(null);
        if (route == null) {
            return SecurityRuleResult.UNKNOWN;
        }
        Optional<String> management = route.getAnnotationMetadata().stringValue(Endpoint.class);
        if (management.isPresent() && !management.get().equals("health")) {
            boolean operator =
                    authentication != null && authentication.getRoles().contains(Roles.OPERATOR);
            return operator ? SecurityRuleResult.ALLOWED : SecurityRuleResult.REJECTED;
        }
        boolean reads = request.getMethod() == HttpMethod.GET || request.getMethod() == HttpMethod.HEAD;
        return reads ? SecurityRuleResult.ALLOWED : SecurityRuleResult.REJECTED;
    }
}
