package org.climaterescue.dispatcher.intake;

import io.micronaut.core.propagation.PropagatedContext;
import jakarta.inject.Singleton;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.climaterescue.dispatcher.streaming.Spool;
import org.climaterescue.dispatcher.streaming.SpooledAnswer;
import org.climaterescue.dispatcher.streaming.Unpacked;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a bulk body on one thread while its answers are sent on another. */
@Singleton
final class BulkStream {

    private static final Logger LOG = LoggerFactory.getLogger(BulkStream.class);

    private final Bulk bulk;
    private final Spool spool;

    BulkStream(Bulk bulk, Spool spool) {
        this.bulk = bulk;
        this.spool = spool;
    }

    /**
     * Begins to read the body; returns with the first answers, so that a failure before them has a status of its own. A
     * failure after them breaks the answer off: what was answered holds, the rest can be sent again.
     *
     * @param trace the call's {@code traceparent}; null when it has none
     */
    InputStream answer(InputStream body, @Nullable String trace) throws IOException {
        SpooledAnswer answer = SpooledAnswer.in(spool.create("answers-"));
        InputStream reader = answer.reader();
        var begun = new CompletableFuture<Void>();
        Thread.ofVirtual()
                .name("bulk submission")
                .start(PropagatedContext.getOrEmpty().wrap(() -> run(body, trace, answer, begun)));
        try {
            begun.join();
            return reader;
        } catch (CompletionException failed) {
            reader.close();
            if (failed.getCause() instanceof IOException broken) {
                throw broken;
            }
            if (failed.getCause() instanceof RuntimeException refused) {
                throw refused;
            }
            throw failed;
        }
    }

    private void run(InputStream body, @Nullable String trace, SpooledAnswer answer, CompletableFuture<Void> begun) {
        try (body;
                InputStream plain = Unpacked.ifPacked(new BufferedInputStream(body))) {
            bulk.run(plain, trace, lines -> {
                answer.write(lines);
                begun.complete(null);
            });
            answer.end();
            begun.complete(null);
        } catch (IOException | RuntimeException | Error failed) {
            // Also an error: the client must not wait for a thread that is no more.
            if (!begun.completeExceptionally(failed instanceof Unpacked.Unusable packed ? packed.problem() : failed)) {
                LOG.warn("a bulk submission broke off after its first answers: {}", failed.toString());
            }
            answer.fail(failed instanceof IOException io ? io : new IOException(failed));
        }
    }
}
