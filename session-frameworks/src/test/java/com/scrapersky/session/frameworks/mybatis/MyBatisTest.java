package com.scrapersky.session.frameworks.mybatis;

import com.scrapersky.session.frameworks.SideBySide;
import com.scrapersky.session.frameworks.ThroughEachPooler;
import com.scrapersky.session.testkit.PoolerLab;

class MyBatisTest {

    @ThroughEachPooler
    void myBatis(PoolerLab pooler) throws Exception {
        SideBySide.assertSameAsDirect(pooler, new MyBatisProgram());
    }
}
