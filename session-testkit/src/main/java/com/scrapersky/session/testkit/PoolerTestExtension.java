package com.scrapersky.session.testkit;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.platform.commons.support.AnnotationSupport;

/** Makes one invocation of a {@link PoolerTest} for each of its poolers. */
final class PoolerTestExtension implements TestTemplateInvocationContextProvider {

    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return AnnotationSupport.isAnnotated(context.getTestMethod(), PoolerTest.class);
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
        PoolerTest wanted = AnnotationSupport.findAnnotation(context.getTestMethod(), PoolerTest.class)
                .orElseThrow(() -> new IllegalStateException("The method lost its annotation: " + context));
        if (wanted.poolers().length == 0) {
            throw new IllegalArgumentException("@PoolerTest of " + context.getDisplayName() + " names no pooler");
        }
        return Arrays.stream(wanted.poolers()).map(pooler -> new PoolerTestInvocation(pooler, wanted));
    }
}
