package org.climaterescue.dispatcher.problem;

import jakarta.inject.Singleton;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.Validator;
import org.climaterescue.protocol.Limited;

/** Holds requests that come by the thousand to their constraints; those of other calls carry {@code @Valid}. */
@Singleton
public final class Checks {

    private final Validator validator;

    Checks(Validator validator) {
        this.validator = validator;
    }

    /**
     * Passes on what keeps its constraints.
     *
     * @throws ConstraintViolationException when a member is missing or out of range
     */
    public <T extends Limited> T require(T request) {
        if (!request.keepsLimits()) {
            var violations = validator.validate(request);
            if (!violations.isEmpty()) {
                throw new ConstraintViolationException(violations);
            }
        }
        return request;
    }
}
