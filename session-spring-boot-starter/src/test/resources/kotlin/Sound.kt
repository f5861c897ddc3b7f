package com.example.kotlin

import com.scrapersky.session.DatabaseSession
import com.scrapersky.session.DatabaseSessionFactory
import com.scrapersky.session.RawSql
import com.scrapersky.session.SessionContext
import com.scrapersky.session.spring.SessionContextSource
import com.scrapersky.session.spring.WrappingCustomizer
import javax.sql.DataSource

@JvmRecord
data class Item(val name: String, val stock: Int?)

class Contexts(private val tenant: String) : SessionContextSource {
    override fun get(): SessionContext = SessionContext.builder().setting("app.tenant", tenant).build()
}

val customizer = WrappingCustomizer { name, wrapping -> if (name == "orders") wrapping.context(Contexts("acme")) }

/** Kotlin infers no type of an exception; this says once that none is declared. */
fun <T> DatabaseSessionFactory.writing(work: (DatabaseSession) -> T): T = write<T, RuntimeException> { work(it) }

fun program(dataSource: DataSource): String {
    val wrapping = DatabaseSessionFactory.wrapping(dataSource)
    customizer.customize("orders", wrapping)
    return wrapping.build().use { sessions ->
        val one: Int = sessions.sql("select 1").single(Int::class.javaObjectType)
        val none: String? = sessions.sql("select null::text").optional(String::class.java).orElse(null)
        val items: List<Item> = sessions.read<List<Item>, RuntimeException> { session ->
            session.sql("select :name::text as name, :stock::int as stock")
                .params(mapOf("name" to "lamp", "stock" to null))
                .list(Item::class.java)
                .filterNotNull()
        }
        val rows = RawSql.executeRawSql(sessions, "select :n::int as n", mapOf("n" to 7))
        val n: Any? = rows[0]["n"]
        val tenant: String = sessions.writing { session ->
            session.sql("select current_setting('app.tenant')").single(String::class.java)
        }
        "$one ${none?.length} $items $n $tenant"
    }
}
