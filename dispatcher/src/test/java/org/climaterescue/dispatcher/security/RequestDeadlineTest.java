package org.climaterescue.dispatcher.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Time is the channel's own and moved by hand. */
final class RequestDeadlineTest {

    private final EmbeddedChannel channel = new EmbeddedChannel();

    @BeforeEach
    void install() {
        channel.pipeline().addLast("codec", new HttpServerCodec()).addLast(new ChannelInboundHandlerAdapter());
        new RequestDeadline().install(channel.pipeline(), "codec");
        channel.freezeTime();
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    @Test
    void aHeadThatTricklesInEndsTheConnection() {
        send("GET / HTTP/1.1\r\n");
        pass(RequestDeadline.HEAD.minusMillis(1));
        send("X-Slow: a\r\n");
        assertThat(channel.isOpen()).isTrue();

        pass(Duration.ofMillis(1));

        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void aBodyThatTricklesInEndsTheConnection() {
        send("POST /dispatch HTTP/1.1\r\nContent-Length: 100\r\n\r\n{");
        pass(RequestDeadline.BODY.minusMillis(1));
        send("\"a\"");
        assertThat(channel.isOpen()).isTrue();

        pass(Duration.ofMillis(1));

        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void aStreamMayTakeAsLongAsItNeeds() {
        send("POST /catalogs?name=a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n");

        pass(Duration.ofHours(3));

        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void awaitingTheAnswerOrTheNextRequestIsNoMatterOfThisDeadline() {
        send("POST /dispatch HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}");
        pass(Duration.ofHours(1));
        assertThat(channel.isOpen()).isTrue();

        send("GET / HTTP/1.1\r\n");
        pass(RequestDeadline.HEAD);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void aRequestInPiecesThatEndsInTimeIsLeftAlone() {
        send("POST /dispatch HTTP/1.1\r\nContent-Le");
        pass(RequestDeadline.HEAD.minusMillis(1));
        send("ngth: 2\r\n\r\n{");
        pass(RequestDeadline.BODY.minusMillis(1));
        send("}");

        pass(Duration.ofHours(1));

        assertThat(channel.isOpen()).isTrue();
    }

    private void send(String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
    }

    private void pass(Duration time) {
        channel.advanceTimeBy(time.toMillis(), TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }
}
