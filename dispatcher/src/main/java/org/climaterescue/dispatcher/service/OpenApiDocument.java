package org.climaterescue.dispatcher.service;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.climaterescue.protocol.Json;
import org.climaterescue.protocol.Problem;

/**
 * The interface as OpenAPI: what the compiler made of the controllers, and what holds for calls of every kind and would
 * otherwise stand beside each of them: how they are refused, who may make them, and the calls that the framework answers.
 */
final class OpenApiDocument {

    private static final Map<Integer, String> REFUSALS = refusals();

    /** What single calls refuse beyond what calls of their kind do. */
    private static final Map<String, int[]> OF_CALL = Map.ofEntries(
            Map.entry("post /tasks", new int[] {409, 422}),
            Map.entry("post /tasks/{id}/retry", new int[] {409}),
            Map.entry("post /tasks/{id}/cancel", new int[] {409}),
            Map.entry("post /catalogs", new int[] {409, 507}),
            Map.entry("delete /catalogs/{catalogId}", new int[] {409}),
            Map.entry("post /priorities/refresh", new int[] {409}),
            Map.entry("post /assignments/{id}/complete", new int[] {409, 422}),
            Map.entry("post /assignments/{id}/fail", new int[] {409}),
            Map.entry("post /assignments/{id}/release", new int[] {409}),
            Map.entry("post /dispatch", new int[] {404}),
            Map.entry("post /mock_dispatch", new int[] {404}),
            Map.entry("get /copies", new int[] {404}));

    /** Calls whose success is not 200. */
    private static final Map<String, String> SUCCESS =
            Map.of("post /tasks", "202", "post /catalogs", "202", "post /nodes", "201");

    private final ObjectNode document;

    private OpenApiDocument(ObjectNode document) {
        this.document = document;
    }

    /** Completes what the compiler made. */
    static byte[] complete(byte[] compiled) {
        try {
            var whole = new OpenApiDocument((ObjectNode) Json.mapper().readTree(compiled));
            whole.complete();
            return Json.mapper().writeValueAsBytes(whole.document);
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException("the compiled OpenAPI file is not JSON", broken);
        } catch (IOException broken) {
            throw new IllegalStateException("the compiled OpenAPI file cannot be read", broken);
        }
    }

    private void complete() {
        addFrameworkCalls();
        addProblems();
        for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
            for (Map.Entry<String, JsonNode> call : path.getValue().properties()) {
                complete(call.getKey(), path.getKey(), (ObjectNode) call.getValue());
            }
        }
    }

    private void complete(String method, String path, ObjectNode call) {
        String name = method + " " + path;
        boolean reads = method.equals("get");
        if (reads && !path.equals("/prometheus")) {
            call.putArray("security");
        }
        ObjectNode responses = (ObjectNode) call.get("responses");
        String success = SUCCESS.getOrDefault(name, "200");
        JsonNode done = responses.path("200");
        if (done instanceof ObjectNode answer
                && answer.path("description").asText().endsWith("200 response")) {
            answer.put("description", call.path("summary").asText("Done."));
        }
        if (!success.equals("200") && !responses.has(success)) {
            responses.set(success, done.deepCopy());
            if (!name.equals("post /nodes")) {
                responses.remove("200");
            }
        }
        refuse(responses, 400, 429, 503);
        if (!reads) {
            refuse(responses, 401, 403);
        }
        if (path.contains("{")) {
            refuse(responses, 404);
        }
        if (call.has("requestBody")) {
            refuse(responses, 413, 415);
        }
        refuse(responses, OF_CALL.getOrDefault(name, new int[0]));
    }

    private static void refuse(ObjectNode responses, int... statuses) {
        for (int status : statuses) {
            responses.putObject(Integer.toString(status)).put("$ref", "#/components/responses/" + status);
        }
    }

    private void addProblems() {
        ObjectNode components = document.withObject("/components");
        ObjectNode schema = components.withObject("/schemas/Problem");
        schema.put("type", "object")
                .put("description", "RFC 9457 problem details; some problems carry further members");
        ObjectNode members = schema.putObject("properties");
        for (String text : new String[] {"type", "title", "detail", "code", "field"}) {
            members.putObject(text).put("type", "string");
        }
        members.putObject("status").put("type", "integer").put("format", "int32");
        schema.putArray("required").add("type").add("title").add("status").add("code");
        ObjectNode responses = components.withObject("/responses");
        REFUSALS.forEach((status, meaning) -> responses
                .putObject(Integer.toString(status))
                .put("description", meaning)
                .withObject("/content")
                .putObject(Problem.MEDIA_TYPE)
                .putObject("schema")
                .put("$ref", "#/components/schemas/Problem"));
    }

    private void addFrameworkCalls() {
        addCall("/health", "Whether this dispatcher and its database are up.", "application/json");
        addCall("/health/liveness", "Whether this dispatcher is up.", "application/json");
        addCall(
                "/health/readiness",
                "Whether calls can be served; 503 while the database is away.",
                "application/json");
        addCall("/prometheus", "Metrics; in secured mode for operators.", "text/plain");
    }

    private void addCall(String path, String summary, String mediaType) {
        ObjectNode call = ((ObjectNode) document.get("paths")).putObject(path).putObject("get");
        call.putArray("tags").add("Service");
        call.put("summary", summary).put("description", summary);
        call.put("operationId", path.substring(1).replace('/', '_'));
        call.putObject("responses")
                .putObject("200")
                .put("description", summary)
                .withObject("/content")
                .putObject(mediaType)
                .putObject("schema")
                .put("type", mediaType.equals("text/plain") ? "string" : "object");
    }

    private static Map<Integer, String> refusals() {
        Map<Integer, String> refusals = new LinkedHashMap<>();
        refusals.put(
                400, "`invalid`: `field` names the member or parameter that is wrong, `detail` says what to send.");
        refusals.put(401, "`unauthorized`: no credential, or one that nobody knows.");
        refusals.put(403, "`forbidden`: the credential does not allow this, or the thing belongs to another node.");
        refusals.put(404, "`not_found`: there is no such thing.");
        refusals.put(409, "The thing is not in a state for this: `duplicate`, `lease_lost`, `cancelled` and others.");
        refusals.put(
                413,
                "`too_large`: the body is larger than this call takes. One with `Content-Encoding: gzip` or `deflate` is unpacked"
                        + " and counts as what it unpacks to. A streamed body may be gzip, with that header or without; one that"
                        + " unpacks to more than 100 MB and more than 200 times its size is too large.");
        refusals.put(415, "`unsupported_media_type`: `detail` says which to send.");
        refusals.put(422, "Well-formed, and at odds with what is known: `digest_mismatch`, `request_id_reused`.");
        refusals.put(429, "`rate_limited`: too many requests; `Retry-After` says when to come again.");
        refusals.put(
                503, "The database or this dispatcher is away for a moment; `Retry-After` says when to come again.");
        refusals.put(507, "The dispatcher's disk is full.");
        return refusals;
    }
}
