package org.climaterescue.dispatcher.security;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Hands on the packed bodies of calls that take any size as they are. The server would unpack them without a bound as long as they come
 * in small pieces, and refuse those that come in large ones; the calls recognise a gzip file by its beginning and unpack it with a
 * bound. Other packings are left to {@link BodyCoding}.
 */
@Sharable
final class PackedStreams extends ChannelInboundHandlerAdapter {

    static final PackedStreams HANDLER = new PackedStreams();

    private static final Set<String> GZIP = Set.of("gzip", "x-gzip");

    /** No packing that the server knows. */
    private static final String UNKNOWN = "packed";

    private PackedStreams() {}

    @Override
    public void channelRead(ChannelHandlerContext context, Object part) {
        if (part instanceof HttpRequest head
                && head.decoderResult().isSuccess()
                && BodyLimit.isStreamed(new QueryStringDecoder(head.uri()).rawPath())) {
            handOn(head.headers());
        }
        context.fireChannelRead(part);
    }

    private static void handOn(HttpHeaders headers) {
        List<String> codings = values(headers, HttpHeaderNames.CONTENT_ENCODING);
        if (codings.size() == 1 && GZIP.contains(codings.getFirst())) {
            headers.remove(HttpHeaderNames.CONTENT_ENCODING);
        } else if (!codings.isEmpty() && !codings.equals(List.of("identity"))) {
            headers.set(HttpHeaderNames.CONTENT_ENCODING, UNKNOWN);
        }
        // The server unpacks for the sake of this header, too.
        List<String> transfer = values(headers, HttpHeaderNames.TRANSFER_ENCODING);
        if (!transfer.isEmpty() && !transfer.equals(List.of("chunked"))) {
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
            headers.set(HttpHeaderNames.CONTENT_ENCODING, UNKNOWN);
        }
    }

    private static List<String> values(HttpHeaders headers, CharSequence name) {
        return headers.getAll(name).stream()
                .flatMap(value -> Arrays.stream(value.split(",")))
                .map(value -> value.strip().toLowerCase(Locale.ROOT))
                .filter(value -> !value.isEmpty())
                .toList();
    }
}
