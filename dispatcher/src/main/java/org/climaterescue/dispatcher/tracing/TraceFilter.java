package org.climaterescue.dispatcher.tracing;

import io.micronaut.context.propagation.slf4j.MdcPropagationContext;
import io.micronaut.core.order.Ordered;
import io.micronaut.core.propagation.MutablePropagatedContext;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.micronaut.http.filter.ServerFilterPhase;
import java.util.Map;

/**
 * Takes up the trace of a call that has one. A call without one costs no more than the look for its header: no trace is made up for
 * it, since the proxy in front does that better, for it sees all of the call.
 */
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
final class TraceFilter implements Ordered {

    @RequestFilter
    void takeUp(HttpRequest<?> request, MutablePropagatedContext context) {
        String header = request.getHeaders().get(TraceParent.HEADER);
        if (header == null) {
            return;
        }
        TraceParent.parse(header).ifPresent(trace -> {
            request.setAttribute(TraceParent.HEADER, trace);
            context.add(new MdcPropagationContext(
                    Map.of(LogContext.TRACE, trace.traceId(), LogContext.PARENT, trace.parentId())));
        });
    }

    @Override
    public int getOrder() {
        return ServerFilterPhase.FIRST.order();
    }
}
