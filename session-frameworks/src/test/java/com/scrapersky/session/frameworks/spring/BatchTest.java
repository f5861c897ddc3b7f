package com.scrapersky.session.frameworks.spring;

import com.scrapersky.session.frameworks.SideBySide;
import com.scrapersky.session.frameworks.ThroughEachPooler;
import com.scrapersky.session.testkit.PoolerLab;

class BatchTest {

    @ThroughEachPooler
    void jobsFailRestartAndComplete(PoolerLab pooler) throws Exception {
        SideBySide.assertSameAsDirect(pooler, new BatchProgram());
    }
}
