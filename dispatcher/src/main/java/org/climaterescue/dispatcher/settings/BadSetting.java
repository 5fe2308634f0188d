package org.climaterescue.dispatcher.settings;

import java.io.Serial;

/** A setting that makes no sense. The message is one line: the variable, its value and what is accepted. */
public final class BadSetting extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String variable;

    BadSetting(String variable, String value, String accepted) {
        this(variable, "%s is \"%s\"; it must be %s".formatted(variable, oneLine(value), accepted));
    }

    BadSetting(String variable, String message) {
        super(message);
        this.variable = variable;
    }

    /** The environment variable to change. */
    public String variable() {
        return variable;
    }

    private static String oneLine(String value) {
        String visible = value.replaceAll("\\p{Cntrl}", " ");
        return visible.length() <= 200 ? visible : visible.substring(0, 200) + "…";
    }
}
