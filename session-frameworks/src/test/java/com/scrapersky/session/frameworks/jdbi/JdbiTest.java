package com.scrapersky.session.frameworks.jdbi;

import com.scrapersky.session.frameworks.SideBySide;
import com.scrapersky.session.frameworks.ThroughEachPooler;
import com.scrapersky.session.testkit.PoolerLab;

class JdbiTest {

    @ThroughEachPooler
    void jdbi(PoolerLab pooler) throws Exception {
        SideBySide.assertSameAsDirect(pooler, new JdbiProgram());
    }
}
