package com.scrapersky.profiles.http;

import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.info.License;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import io.swagger.v3.oas.models.servers.Server;
import io.swagger.v3.oas.models.tags.Tag;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.springdoc.core.customizers.OperationCustomizer;
import org.springdoc.core.customizers.ParameterCustomizer;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PathVariable;

/**
 * The OpenAPI document, where it is wanted: what all requests have in common. What is particular to one stands at its
 * controller; the form of maps in {@link Schemas}. {@code docs/openapi.json} is this document.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty("springdoc.api-docs.enabled")
class ApiDocument {

    private static final String BEARER = "bearer";
    private static final String PROBLEM = "application/problem+json";
    private static final String REQUEST_ID = "X-Request-Id";
    private static final String HEADERS = "#/components/headers/";

    /** What any request with a token may be answered with. */
    private static final List<HttpStatus> ALWAYS = List.of(
            HttpStatus.BAD_REQUEST,
            HttpStatus.UNAUTHORIZED,
            HttpStatus.FORBIDDEN,
            HttpStatus.NOT_ACCEPTABLE,
            HttpStatus.INTERNAL_SERVER_ERROR,
            HttpStatus.SERVICE_UNAVAILABLE);

    /** With what the document says about each. */
    private static final Map<HttpStatus, String> DETAILS = details();

    @Bean
    OpenAPI api() {
        return new OpenAPI()
                .info(new Info()
                        .title("ScraperSky profiles")
                        .version("3")
                        .description(
                                "Profiles of people, of the tenant that the bearer token names. The query parameters"
                                        + " raw_sql, no_prepare, statement_cache_size and prepared_statement_cache_size of"
                                        + " former clients are accepted everywhere, and ignored.")
                        .license(new License().name("Apache-2.0").identifier("Apache-2.0")))
                .servers(List.of(new Server().url("/")))
                .tags(List.of(
                        new Tag().name("profiles").description("Reading and changing profiles"),
                        new Tag().name("notes").description("What somebody has to say about a profile"),
                        new Tag().name("imports and exports").description("Profiles by the thousands, and their jobs"),
                        new Tag().name("health").description("For those who run the service")))
                .addSecurityItem(new SecurityRequirement().addList(BEARER))
                .components(new Components()
                        .addSecuritySchemes(
                                BEARER,
                                new SecurityScheme()
                                        .type(SecurityScheme.Type.HTTP)
                                        .scheme(BEARER)
                                        .bearerFormat("JWT"))
                        .addHeaders(
                                HttpHeaders.ETAG,
                                header("The version of the profile, for If-Match.", "\"2cekmi4hz2d\""))
                        .addHeaders(
                                HttpHeaders.LINK,
                                header(
                                        "Where the list begins and goes on (RFC 8288).",
                                        "</api/v3/profiles?limit=100>; rel=\"first\""))
                        .addHeaders(HttpHeaders.LOCATION, header("Where the job is told about.", "/api/v3/jobs/…"))
                        .addHeaders(HttpHeaders.RETRY_AFTER, header("When to ask again, in seconds.", "5"))
                        .addHeaders(HttpHeaders.WWW_AUTHENTICATE, header("What is wanted (RFC 6750).", "Bearer"))
                        .addHeaders(
                                REQUEST_ID,
                                header(
                                        "The request's id, in each line of the log: its client's, or a new one.",
                                        "a1b2"))
                        .schemas(ModelConverters.getInstance(true).readAll(Schemas.Problem.class))
                        .responses(responses()));
    }

    @Bean
    OperationCustomizer refusals() {
        return (operation, handler) -> {
            Refused refused = handler.getMethodAnnotation(Refused.class);
            List<HttpStatus> all = new ArrayList<>();
            if (isWithToken(operation)) {
                all.addAll(ALWAYS);
            }
            if (refused != null) {
                all.addAll(List.of(refused.value()));
            }
            ApiResponses answers = operation.getResponses();
            answers.values().forEach(answer -> {
                if (answer.getHeaders() != null) {
                    // Beside a reference nothing counts, and annotations always have a style.
                    answer.getHeaders().values().forEach(header -> header.setStyle(null));
                }
                addHeader(answer, REQUEST_ID);
            });
            all.forEach(status -> answers.addApiResponse(
                    Integer.toString(status.value()),
                    new ApiResponse().$ref("#/components/responses/" + name(status))));
            return operation;
        };
    }

    /** Ids are read by the service itself, as text, so that it can say what is wrong with one. */
    @Bean
    ParameterCustomizer ids() {
        return (parameter, method) -> {
            if (parameter != null && method.hasParameterAnnotation(PathVariable.class)) {
                parameter.schema(text().format("uuid"));
            }
            return parameter;
        };
    }

    private static boolean isWithToken(Operation operation) {
        return operation.getSecurity() == null || !operation.getSecurity().isEmpty();
    }

    private static Map<String, ApiResponse> responses() {
        Map<String, ApiResponse> responses = new LinkedHashMap<>();
        DETAILS.forEach((status, detail) -> {
            ApiResponse response = new ApiResponse()
                    .description(detail)
                    .content(new Content()
                            .addMediaType(
                                    PROBLEM,
                                    new MediaType()
                                            .schema(new Schema<>().$ref("#/components/schemas/Problem"))
                                            .example(example(status, detail))));
            addHeader(response, REQUEST_ID);
            if (status == HttpStatus.UNAUTHORIZED || status == HttpStatus.FORBIDDEN) {
                addHeader(response, HttpHeaders.WWW_AUTHENTICATE);
            } else if (status == HttpStatus.TOO_MANY_REQUESTS || status == HttpStatus.SERVICE_UNAVAILABLE) {
                addHeader(response, HttpHeaders.RETRY_AFTER);
            }
            responses.put(name(status), response);
        });
        return responses;
    }

    private static Map<String, Object> example(HttpStatus status, String detail) {
        Map<String, Object> example = new LinkedHashMap<>();
        example.put("title", status.getReasonPhrase());
        example.put("status", status.value());
        example.put("detail", detail);
        example.put("instance", ProfilesController.PATH);
        if (status == HttpStatus.BAD_REQUEST) {
            example.put("errors", List.of(Map.of("field", "email", "message", "must be an e-mail address")));
        }
        return example;
    }

    private static Map<HttpStatus, String> details() {
        Map<HttpStatus, String> details = new LinkedHashMap<>();
        details.put(HttpStatus.BAD_REQUEST, "Something in the request is not as it has to be.");
        details.put(HttpStatus.UNAUTHORIZED, "The request needs a bearer token.");
        details.put(HttpStatus.FORBIDDEN, "The role of the bearer token may not do this.");
        details.put(HttpStatus.NOT_FOUND, "There is no such profile.");
        details.put(HttpStatus.CONFLICT, "Another profile has this e-mail address.");
        details.put(
                HttpStatus.PRECONDITION_FAILED, "The profile has changed since. Get it again before you change it.");
        details.put(HttpStatus.UNPROCESSABLE_CONTENT, "This Idempotency-Key came with another content before.");
        details.put(HttpStatus.TOO_MANY_REQUESTS, "The tenant asks for this too often.");
        details.put(
                HttpStatus.SERVICE_UNAVAILABLE, "The database is not available at the moment. Nothing was changed.");
        for (HttpStatus status : List.of(
                HttpStatus.NOT_ACCEPTABLE,
                HttpStatus.CONTENT_TOO_LARGE,
                HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                HttpStatus.INTERNAL_SERVER_ERROR)) {
            details.put(status, Problems.detail(status));
        }
        return details;
    }

    private static void addHeader(ApiResponse response, String name) {
        response.addHeaderObject(name, new Header().$ref(HEADERS + name));
    }

    private static Header header(String description, String example) {
        return new Header().description(description).schema(text()).example(example);
    }

    private static Schema<?> text() {
        return new JsonSchema().typesItem("string");
    }

    /** {@code NotFound} of NOT_FOUND. */
    private static String name(HttpStatus status) {
        return Arrays.stream(status.name().split("_"))
                .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
                .collect(Collectors.joining());
    }
}
