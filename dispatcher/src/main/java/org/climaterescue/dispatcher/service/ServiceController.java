package org.climaterescue.dispatcher.service;

import io.micronaut.core.io.ResourceLoader;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.swagger.v3.oas.annotations.Hidden;
import io.swagger.v3.oas.annotations.OpenAPIDefinition;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.SecuritySchemeType;
import io.swagger.v3.oas.annotations.info.Contact;
import io.swagger.v3.oas.annotations.info.Info;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import io.swagger.v3.oas.annotations.security.SecurityScheme;
import io.swagger.v3.oas.annotations.servers.Server;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.climaterescue.dispatcher.security.Caller;
import org.jspecify.annotations.Nullable;

/** Greeting, dashboard, documentation. */
@OpenAPIDefinition(
        info =
                @Info(
                        title = "Climate data rescue",
                        version = "1",
                        description = "Coordinates volunteers who copy public climate data before it disappears."
                                + " In secured mode, calls other than GET need a credential: Authorize.",
                        contact = @Contact(name = "Whoever runs this dispatcher")),
        servers = @Server(url = "/"),
        tags = {
            @Tag(name = "Tasks", description = "What is to be rescued, where it stands, and what operators do to it."),
            @Tag(name = "Catalogs", description = "Lists of assets that are imported as a whole."),
            @Tag(name = "Nodes", description = "The volunteers' machines."),
            @Tag(name = "Dispatch", description = "Work for a node."),
            @Tag(name = "Assignments", description = "What a node reports about the work that it was given."),
            @Tag(name = "Copies", description = "What is rescued."),
            @Tag(name = "Hosts", description = "Origin servers: their load, limits and pauses."),
            @Tag(name = "Priorities", description = "What the priorizer says is to be rescued first."),
            @Tag(name = "Service", description = "The dispatcher itself: health, figures, metrics."),
            @Tag(name = "Mock mode", description = "Made-up answers, to develop a node against.")
        },
        security = @SecurityRequirement(name = "bearer"))
@SecurityScheme(
        name = "bearer",
        type = SecuritySchemeType.HTTP,
        scheme = "bearer",
        description = "The operator key, the join key, or a node's token. Open mode asks for none.")
@Controller
@Tag(name = "Service")
final class ServiceController {

    private static final String GREETING = "\"Hello rescuer 👋\"";
    private static final MediaType PAGE = MediaType.of("text/html;charset=utf-8");
    private static final String DASHBOARD = "dashboard/index.html";
    private static final String OPENAPI = "META-INF/swagger/openapi.json";

    private final InstanceId instanceId;
    private final byte[] dashboard;
    private final byte[] openApi;

    ServiceController(InstanceId instanceId, ResourceLoader resources) {
        this.instanceId = instanceId;
        this.dashboard = read(resources, DASHBOARD);
        this.openApi = OpenApiDocument.complete(read(resources, OPENAPI));
    }

    /**
     * Which dispatcher answered, and whom.
     *
     * @param secured whether it asks for credentials
     * @param role what the credential of this call is in secured mode: operator, join or node; null without one that is known
     */
    record WhoAmI(
            String instanceId, boolean secured, @Nullable String role) {}

    /** Says hello; a browser gets the dashboard. */
    @Get(
            uri = "/",
            produces = {MediaType.APPLICATION_JSON, MediaType.TEXT_HTML})
    @Operation(summary = "Say hello, or show the dashboard to a browser")
    @ApiResponse(
            responseCode = "200",
            description = "The greeting, or the dashboard",
            content = {
                @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(type = "string")),
                @Content(mediaType = MediaType.TEXT_HTML, schema = @Schema(type = "string"))
            })
    HttpResponse<?> greet(HttpRequest<?> request) {
        HttpResponse<?> response = wantsPage(request)
                ? HttpResponse.ok(dashboard).contentType(PAGE)
                : HttpResponse.ok(GREETING).contentType(MediaType.APPLICATION_JSON_TYPE);
        return response.toMutableResponse().header(HttpHeaders.VARY, HttpHeaders.ACCEPT);
    }

    /** Which dispatcher instance answered, and as whom it knows the caller. */
    @Get("/whoami")
    WhoAmI whoAmI(@Parameter(hidden = true) Caller caller) {
        String role = switch (caller) {
            case Caller.Operator _ -> "operator";
            case Caller.Joiner _ -> "join";
            case Caller.Node _ -> "node";
            case Caller.Anonymous _ -> null;
            case Caller.Anybody _ -> null;
        };
        return new WhoAmI(instanceId.value(), !(caller instanceof Caller.Anybody), role);
    }

    /** This interface as OpenAPI. */
    @Hidden
    @Get(uri = "/openapi.json")
    HttpResponse<byte[]> openApi() {
        return HttpResponse.ok(openApi).contentType(MediaType.APPLICATION_JSON_TYPE);
    }

    private static boolean wantsPage(HttpRequest<?> request) {
        for (MediaType accepted : request.accept()) {
            if (accepted.getName().equals(MediaType.TEXT_HTML)) {
                return true;
            }
            if (accepted.matches(MediaType.APPLICATION_JSON_TYPE)) {
                return false;
            }
        }
        return false;
    }

    private static byte[] read(ResourceLoader resources, String path) {
        Optional<InputStream> resource = resources.getResourceAsStream("classpath:" + path);
        try (InputStream in = resource.orElseThrow(() -> new IllegalStateException(path + " is not in this build"))) {
            return in.readAllBytes();
        } catch (IOException broken) {
            throw new UncheckedIOException(path + " cannot be read from this build", broken);
        }
    }
}
