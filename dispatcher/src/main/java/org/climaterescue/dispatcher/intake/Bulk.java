package org.climaterescue.dispatcher.intake;

import com.fasterxml.jackson.core.JsonProcessingException;
import jakarta.inject.Singleton;
import jakarta.validation.ConstraintViolationException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.climaterescue.db.intake.Submission;
import org.climaterescue.dispatcher.problem.BadJson;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.dispatcher.problem.Violations;
import org.climaterescue.dispatcher.streaming.Lines;
import org.climaterescue.protocol.Json;
import org.jspecify.annotations.Nullable;

/** Many submissions in one body, a line each, answered line by line. */
@Singleton
final class Bulk {

    /** The longest line that is read, in bytes. */
    static final int LONGEST_LINE = 64 * 1024;

    private static final int CHUNK = 500;

    private final Submissions submissions;

    Bulk(Submissions submissions) {
        this.submissions = submissions;
    }

    /** Where the answers go, some hundred lines at a time. */
    @FunctionalInterface
    interface Answers {
        void write(byte[] lines) throws IOException;
    }

    /**
     * Reads to the end; every chunk is answered after its commit.
     *
     * @param trace the call's {@code traceparent}; null when it has none
     * @throws IOException when the body breaks off or the answers cannot be written
     */
    void run(InputStream body, @Nullable String trace, Answers answers) throws IOException {
        var lines = new Lines(body, LONGEST_LINE);
        List<Pending> chunk = new ArrayList<>(CHUNK);
        for (Lines.Line line = lines.next(); line != null; line = lines.next()) {
            chunk.add(read(line, trace));
            if (chunk.size() == CHUNK) {
                answer(chunk, answers);
                chunk.clear();
            }
        }
        if (!chunk.isEmpty()) {
            answer(chunk, answers);
        }
    }

    private void answer(List<Pending> chunk, Answers answers) throws IOException {
        List<Submission> good = new ArrayList<>(chunk.size());
        for (Pending one : chunk) {
            if (one.submission() != null) {
                good.add(one.submission());
            }
        }
        var taken = submissions.take(good).iterator();
        var out = new ByteArrayOutputStream(chunk.size() * 64);
        for (Pending one : chunk) {
            BulkResult result = one.refusal() != null ? one.refusal() : BulkResult.of(one.line(), taken.next());
            out.writeBytes(Json.mapper().writeValueAsBytes(result));
            out.write('\n');
        }
        answers.write(out.toByteArray());
    }

    private Pending read(Lines.Line line, @Nullable String trace) {
        return switch (line) {
            case Lines.Line.Unusable(long number, String reason) ->
                new Pending(number, null, BulkResult.invalid(number, reason));
            case Lines.Line.Text(long number, String text) -> {
                try {
                    TaskRequest request = Json.mapper().readValue(text, TaskRequest.class);
                    yield request == null
                            ? new Pending(number, null, BulkResult.invalid(number, "the line must be an object"))
                            : new Pending(number, submissions.check(request).traced(trace), null);
                } catch (JsonProcessingException wrong) {
                    yield new Pending(number, null, BulkResult.refused(number, BadJson.problem(wrong)));
                } catch (ConstraintViolationException wrong) {
                    yield new Pending(number, null, BulkResult.invalid(number, Violations.detail(wrong)));
                } catch (ProblemException refused) {
                    yield new Pending(number, null, BulkResult.refused(number, refused));
                }
            }
        };
    }

    /** A line that waits for its chunk: a submission, or a refusal that stands already. */
    private record Pending(
            long line,
            @Nullable Submission submission,
            @Nullable BulkResult refusal) {}
}
