package com.scrapersky.session.frameworks.hibernate;

import com.scrapersky.session.frameworks.SideBySide;
import com.scrapersky.session.frameworks.Subject;
import com.scrapersky.session.frameworks.ThroughEachPooler;
import com.scrapersky.session.testkit.PoolerLab;

class HibernateTest {

    @ThroughEachPooler
    void entities(PoolerLab pooler) throws Exception {
        SideBySide.assertSameAsDirect(pooler, new EntitiesProgram());
    }

    @ThroughEachPooler
    void entitiesOverDbcp(PoolerLab pooler) throws Exception {
        SideBySide.assertSameAsDirect(pooler, Subject.SKY_SESSION_OVER_DBCP, new EntitiesProgram());
    }

    @ThroughEachPooler
    void locksAndIsolation(PoolerLab pooler) throws Exception {
        SideBySide.assertSameAsDirect(pooler, new LocksProgram());
    }

    @ThroughEachPooler
    void aSchemaForEachTenant(PoolerLab pooler) throws Exception {
        SideBySide.assertSameAsDirect(pooler, new TenantsProgram());
    }
}
