package com.scrapersky.session.functional;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.testkit.LeakProbe;
import com.scrapersky.session.testkit.PoolerLab;

/**
 * What a test behind a pooler has to show beside its subject: that one transaction runs on another backend than the one before
 * it, and that nothing is left on any of them.
 */
final class OtherBackends {

    @FunctionalInterface
    interface Program<X extends Exception> {
        void run() throws X;
    }

    private OtherBackends() {}

    /** Runs the program, with these sessions or beside them; directly there is nothing to see. */
    static <X extends Exception> void during(Route route, DatabaseSessionFactory sessions, Program<X> program)
            throws X {
        if (route.isDirect()) {
            program.run();
        } else {
            during(route.pooler(), sessions, program);
        }
    }

    /** As above; an independent client looks at the backends of this pooler. */
    static <X extends Exception> void during(PoolerLab pooler, DatabaseSessionFactory sessions, Program<X> program)
            throws X {
        try (LeakProbe probe = LeakProbe.before(pooler)) {
            assertEachTransactionOnAnother(sessions);
            program.run();
            assertEachTransactionOnAnother(sessions);
            probe.assertNothingLeaked();
        }
    }

    /** By the word of the backends themselves. Behind a connection's first statement there may be a transaction of the library's. */
    static void assertEachTransactionOnAnother(DatabaseSessionFactory sessions) {
        backend(sessions);
        int before = backend(sessions);
        for (int transaction = 0; transaction < 3; transaction++) {
            int next = backend(sessions);
            assertThat(next).as("the backend of the next transaction").isNotEqualTo(before);
            before = next;
        }
    }

    private static int backend(DatabaseSessionFactory sessions) {
        return sessions.sql("select pg_backend_pid()").single(Integer.class);
    }
}
