package com.scrapersky.session.frameworks.spring;

import com.scrapersky.session.frameworks.SideBySide;
import com.scrapersky.session.frameworks.Subject;
import com.scrapersky.session.frameworks.ThroughEachPooler;
import com.scrapersky.session.testkit.PoolerLab;

class SpringTest {

    @ThroughEachPooler
    void transactional(PoolerLab pooler) throws Exception {
        SideBySide.assertSameAsDirect(pooler, new TransactionalProgram());
    }

    @ThroughEachPooler
    void jdbcTemplate(PoolerLab pooler) throws Exception {
        SideBySide.assertSameAsDirect(pooler, new JdbcTemplateProgram());
    }

    @ThroughEachPooler
    void jdbcTemplateOverHikari(PoolerLab pooler) throws Exception {
        SideBySide.assertSameAsDirect(pooler, Subject.SKY_SESSION_OVER_HIKARI, new JdbcTemplateProgram());
    }

    @ThroughEachPooler
    void jdbcTemplateOverTheDriverAlone(PoolerLab pooler) throws Exception {
        SideBySide.assertSameAsDirect(pooler, Subject.SKY_SESSION_OVER_DRIVER, new JdbcTemplateProgram());
    }

    @ThroughEachPooler
    void times(PoolerLab pooler) throws Exception {
        SideBySide.assertSameAsDirect(pooler, new TimesProgram());
    }
}
