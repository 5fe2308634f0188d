package org.climaterescue.dispatcher.allocation;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.server.netty.NettyHttpRequest;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.climaterescue.dispatcher.problem.ProblemException;

/** Work is given only to clients that are still there to take it. */
final class Connected {

    private Connected() {}

    /** Refuses what is asked for when its client hangs up before it has been answered. */
    static <T> CompletableFuture<T> orRefused(HttpRequest<?> request, CompletableFuture<T> answer) {
        if (!(request instanceof NettyHttpRequest<?> netty)) {
            return answer;
        }
        ChannelFuture closed = netty.getChannelHandlerContext().channel().closeFuture();
        ChannelFutureListener refuse = connection -> answer.completeExceptionally(
                ProblemException.unavailable("hung_up", "the client has hung up", Duration.ofSeconds(1)));
        closed.addListener(refuse);
        // A connection serves many calls: what they leave behind would pile up.
        return answer.whenComplete((given, refused) -> closed.removeListener(refuse));
    }
}
