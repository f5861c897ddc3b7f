package com.scrapersky.session.frameworks.jooq;

import com.scrapersky.session.frameworks.SideBySide;
import com.scrapersky.session.frameworks.ThroughEachPooler;
import com.scrapersky.session.testkit.PoolerLab;

class JooqTest {

    @ThroughEachPooler
    void jooq(PoolerLab pooler) throws Exception {
        SideBySide.assertSameAsDirect(pooler, new JooqProgram());
    }
}
