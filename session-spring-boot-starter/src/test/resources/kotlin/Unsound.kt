package com.example.kotlin

import com.scrapersky.session.DatabaseSessionFactory
import com.scrapersky.session.RawSql
import com.scrapersky.session.spring.SessionContextSource

data class Thing(val name: String)

fun program(sessions: DatabaseSessionFactory) {
    val rows = RawSql.executeRawSql(sessions, "select null as n", mapOf<String, Any?>())
    val value: Any = rows[0]["n"] // refused
    val ofRow: Any = sessions.sql("select null as n").row()["n"] // refused
    val thing: Thing = sessions.sql("select null as name").list(Thing::class.java)[0] // refused
    sessions.sql(null) // refused
    sessions.sql("select :n::int").param("n", null).row()
    val source = SessionContextSource { null } // refused
    val returned: String = sessions.read<String?, RuntimeException> { null } // refused
    val code: String = sessions.profile().pooler().title()
}
