package org.climaterescue.dispatcher.security;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request that trickles in must end: its head within 20 s of its first byte, its body within 75 s of its head; else the connection is
 * closed. Bodies that are streamed are exempt, they may take hours; they end when no byte comes, as idle connections do.
 *
 * <p>One for each connection, used on its event loop alone. A request that comes in one piece costs no timer.
 */
final class RequestDeadline {

    static final Duration HEAD = Duration.ofSeconds(20);

    /** Longer than a call may wait: while answers are awaited on a connection, further requests on it are not read. */
    static final Duration BODY = Duration.ofSeconds(75);

    private static final Logger log = LoggerFactory.getLogger(RequestDeadline.class);

    private enum Awaited {
        NOTHING,
        HEAD,
        BODY,
        STREAM
    }

    private Awaited awaited = Awaited.NOTHING;
    private @Nullable Future<?> timer;

    /** Puts itself around the codec of that name. */
    void install(ChannelPipeline pipeline, String codec) {
        pipeline.addBefore(codec, "request-bytes", new Bytes());
        pipeline.addAfter(codec, "request-parts", new Parts());
    }

    private void arm(ChannelHandlerContext context) {
        boolean limited = awaited == Awaited.HEAD || awaited == Awaited.BODY;
        if (!limited || timer != null) {
            return;
        }
        Duration time = awaited == Awaited.HEAD ? HEAD : BODY;
        timer = context.executor()
                .schedule(
                        () -> {
                            log.debug("Closing {}: its request takes longer than {}", context.channel(), time);
                            var _ = context.close();
                        },
                        time.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    private void now(Awaited next) {
        awaited = next;
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    private static Awaited after(HttpRequest head) {
        if (head.decoderResult().isFailure()) {
            return Awaited.NOTHING;
        }
        return BodyLimit.isStreamed(new QueryStringDecoder(head.uri()).rawPath()) ? Awaited.STREAM : Awaited.BODY;
    }

    /** Before the codec: sees that something comes. */
    private final class Bytes extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) {
            if (awaited == Awaited.NOTHING) {
                awaited = Awaited.HEAD;
            }
            context.fireChannelRead(bytes);
            arm(context);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            now(Awaited.NOTHING);
            context.fireChannelInactive();
        }
    }

    /** After the codec: sees what it was. */
    private final class Parts extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext context, Object part) {
            if (part instanceof HttpRequest head) {
                now(after(head));
            }
            if (part instanceof LastHttpContent) {
                now(Awaited.NOTHING);
            }
            context.fireChannelRead(part);
        }
    }
}
