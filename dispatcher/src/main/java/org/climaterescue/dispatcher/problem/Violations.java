package org.climaterescue.dispatcher.problem;

import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.constraints.NotNull;
import java.util.stream.Collectors;

/** Says which members of a request are missing or out of range. */
public final class Violations {

    private static final int MOST = 5;

    private Violations() {}

    /** One sentence that names the members, the first few of them. */
    public static String detail(ConstraintViolationException wrong) {
        return wrong.getConstraintViolations().stream()
                .map(Violations::sentence)
                .sorted()
                .limit(MOST)
                .collect(Collectors.joining("; "));
    }

    private static String sentence(ConstraintViolation<?> violation) {
        String field = FieldNames.of(violation.getPropertyPath());
        boolean absent = violation.getConstraintDescriptor() != null
                && violation.getConstraintDescriptor().getAnnotation() instanceof NotNull;
        return (field == null ? "the body" : field) + " " + (absent ? "is missing" : violation.getMessage());
    }
}
