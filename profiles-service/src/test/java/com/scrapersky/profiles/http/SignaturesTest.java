package com.scrapersky.profiles.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.profiles.PoolerParameters;
import com.scrapersky.profiles.RunningService;
import com.scrapersky.session.testkit.PgBouncerVersion;
import java.lang.reflect.Method;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** What the former system handed through every layer by hand is in no signature any more. */
class SignaturesTest {

    @Test
    void noEndpointHasAPoolerParameter() {
        Collection<HandlerMethod> endpoints = RunningService.behind(PgBouncerVersion.V1_26)
                .bean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class)
                .getHandlerMethods()
                .values();
        List<Method> methods = endpoints.stream().map(HandlerMethod::getMethod).toList();

        assertThat(methods).extracting(Method::getName).contains("list", "get", "create", "update", "delete");
        assertThat(methods)
                .allSatisfy(method -> assertThat(method.getParameters()).noneMatch(PoolerParameters::isOne));
    }

    @Test
    void theCheckKnowsOne() throws NoSuchMethodException {
        Method former = SignaturesTest.class.getDeclaredMethod("former", boolean.class, boolean.class, int.class);

        assertThat(former.getParameters()).allMatch(PoolerParameters::isOne);
    }

    @SuppressWarnings("unused")
    private static void former(boolean rawSql, boolean no_prepare, int statementCacheSize) {}
}
