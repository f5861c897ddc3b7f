package com.scrapersky.session.frameworks.migration;

import com.scrapersky.session.frameworks.SideBySide;
import com.scrapersky.session.frameworks.Subject;
import com.scrapersky.session.frameworks.ThroughEachPooler;
import com.scrapersky.session.testkit.PoolerLab;

class MigrationTest {

    @ThroughEachPooler
    void flyway(PoolerLab pooler) throws Exception {
        // On a plain pool Flyway leaves the role that it worked as on the connection that it gives back.
        SideBySide.assertSame(pooler, Subject.PLAIN_DRIVER, Subject.SKY_SESSION, new FlywayProgram());
    }

    @ThroughEachPooler
    void liquibase(PoolerLab pooler) throws Exception {
        SideBySide.assertSame(pooler, Subject.PLAIN_DRIVER, Subject.SKY_SESSION, new LiquibaseProgram());
    }
}
