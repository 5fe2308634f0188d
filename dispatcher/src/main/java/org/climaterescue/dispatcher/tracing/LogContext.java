package org.climaterescue.dispatcher.tracing;

import io.micronaut.http.HttpRequest;
import io.micronaut.web.router.RouteAttributes;
import io.micronaut.web.router.UriRouteMatch;
import java.util.Map;
import org.climaterescue.protocol.AssignmentId;
import org.climaterescue.protocol.TaskId;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * What log lines are about, in the log context (MDC) of this thread until it is closed. For lines that are written where another
 * thread than the caller's has got to: the framework carries the trace along with a request, but a round answers many of them.
 */
public final class LogContext implements AutoCloseable {

    public static final String TRACE = "trace_id";
    public static final String PARENT = "parent_id";
    public static final String REQUEST = "request_id";
    public static final String TASK = "task_id";
    public static final String ASSIGNMENT = "assignment_id";
    public static final String NODE = "node_id";
    public static final String CATALOG = "catalog_id";

    private final @Nullable Map<String, String> before = MDC.getCopyOfContextMap();

    private LogContext() {}

    /** Adds nothing yet. */
    public static LogContext open() {
        return new LogContext();
    }

    /** A request: its trace, and what its path names. */
    public static LogContext of(HttpRequest<?> request) {
        LogContext context = open();
        TraceParent.of(request).ifPresent(context::with);
        RouteAttributes.getRouteMatch(request)
                .filter(UriRouteMatch.class::isInstance)
                .map(UriRouteMatch.class::cast)
                .ifPresent(route -> context.named(request.getPath(), route.getVariableValues()));
        return context;
    }

    private void named(String path, Map<?, ?> variables) {
        String id = text(variables.get("id"));
        if (id != null && path.startsWith("/assignments/")) {
            assignment(id);
        } else if (path.startsWith("/tasks/")) {
            with(TASK, id);
        }
        with(TASK, text(variables.get("taskId")));
        with(CATALOG, text(variables.get("catalogId")));
        with(NODE, text(variables.get("nodeId")));
    }

    private static @Nullable String text(@Nullable Object value) {
        return value == null ? null : value.toString();
    }

    /** Adds a member; null adds nothing. */
    public LogContext with(String member, @Nullable String value) {
        if (value != null) {
            MDC.put(member, value);
        }
        return this;
    }

    /** Adds a trace; null adds nothing. */
    public LogContext with(@Nullable TraceParent trace) {
        return trace == null ? this : with(TRACE, trace.traceId()).with(PARENT, trace.parentId());
    }

    /** Adds an assignment, and the task that its id tells. */
    public LogContext assignment(String id) {
        with(ASSIGNMENT, id);
        AssignmentId.parse(id).ifPresent(known -> with(TASK, new TaskId(known.task()).toString()));
        return this;
    }

    @Override
    public void close() {
        if (before == null) {
            MDC.clear();
        } else {
            MDC.setContextMap(before);
        }
    }
}
