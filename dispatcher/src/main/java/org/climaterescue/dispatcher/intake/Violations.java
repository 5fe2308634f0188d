package org.climaterescue.dispatcher.intake;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.constraints.NotNull;
import java.util.stream.Collectors;

/** Says which members of a request are out of range. */
public final class Violations {

    private Violations() {}

    /** One sentence that names each member. */
    public static String detail(ConstraintViolationException wrong) {
        return wrong.getConstraintViolations().stream()
                .map(Violations::sentence)
                .sorted()
                .collect(Collectors.joining("; "));
    }

    private static String sentence(ConstraintViolation<?> violation) {
        String member = ((PropertyNamingStrategies.NamingBase) PropertyNamingStrategies.SNAKE_CASE)
                .translate(violation.getPropertyPath().toString());
        boolean absent = violation.getConstraintDescriptor() != null
                && violation.getConstraintDescriptor().getAnnotation() instanceof NotNull;
        return member + " " + (absent ? "is missing" : violation.getMessage());
    }
}
