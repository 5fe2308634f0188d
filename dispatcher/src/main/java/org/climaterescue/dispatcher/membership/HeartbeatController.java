package org.climaterescue.dispatcher.membership;

import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.security.annotation.Secured;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.concurrent.CompletableFuture;
import org.climaterescue.dispatcher.problem.Checks;
import org.climaterescue.dispatcher.security.Caller;
import org.climaterescue.dispatcher.security.Roles;
import org.climaterescue.protocol.Heartbeat;

/** The signs of life of nodes. */
@Controller("/nodes")
@Tag(name = "Nodes")
class HeartbeatController {

    private final Membership membership;
    private final Checks checks;

    HeartbeatController(Membership membership, Checks checks) {
        this.membership = membership;
        this.checks = checks;
    }

    /** A node says that it lives and what it works on. Renews exactly the leases that it lists. */
    @Post("/{nodeId}/heartbeat")
    @Secured(Roles.NODE)
    CompletableFuture<Heartbeat.Answer> heartbeat(
            String nodeId, @Body Heartbeat heartbeat, @Parameter(hidden = true) Caller caller) {
        return membership.beat(nodeId, checks.require(heartbeat), caller);
    }
}
