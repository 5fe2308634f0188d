package org.climaterescue.dispatcher;

import io.micronaut.context.exceptions.BeanContextException;
import java.io.Serial;
import java.net.BindException;
import org.climaterescue.dispatcher.settings.BadSetting;
import org.climaterescue.dispatcher.settings.Settings;
import org.jspecify.annotations.Nullable;

/** The dispatcher could not start. The message is one line for people: what is wrong and what to do. */
public final class StartFailure extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    private static final String OURS = "org.climaterescue.";

    private StartFailure(String line, Throwable cause) {
        super(line, cause);
    }

    /**
     * Finds the one line for whatever stopped the start.
     *
     * @param settings null when the settings themselves were wrong
     */
    static StartFailure of(@Nullable Settings settings, Throwable thrown) {
        Throwable cause = thrown;
        Throwable deepest = thrown;
        for (int depth = 0; cause != null && depth < 50; depth++) {
            if (cause instanceof BindException bind && settings != null) {
                return new StartFailure(unbound(settings.listen(), bind), thrown);
            }
            // Our own exceptions say in one line what is wrong; what wraps them are the frames of the container.
            if (cause instanceof BadSetting || cause.getClass().getName().startsWith(OURS)) {
                return new StartFailure(oneLine(cause), thrown);
            }
            deepest = cause;
            cause = cause.getCause();
        }
        return new StartFailure("the dispatcher could not start: " + oneLine(deepest), thrown);
    }

    private static String unbound(Settings.Listen listen, BindException bind) {
        String reason = String.valueOf(bind.getMessage());
        if (reason.contains("assign")) {
            return "%s is no address of this machine; set DISPATCHER_HOST to one".formatted(listen.host());
        }
        if (reason.contains("denied")) {
            return "port %d on %s needs more rights than this process has; set DISPATCHER_PORT to a port above 1023"
                    .formatted(listen.port(), listen.host());
        }
        return "port %d on %s is taken; stop what listens there or set DISPATCHER_PORT to another"
                .formatted(listen.port(), listen.host());
    }

    private static String oneLine(Throwable thrown) {
        String message = thrown.getMessage();
        if (message == null || message.isBlank()) {
            return thrown.getClass().getSimpleName();
        }
        String line = message.lines()
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse(message);
        return thrown instanceof BeanContextException ? line : message.replaceAll("\\s*\\R\\s*", " ");
    }
}
