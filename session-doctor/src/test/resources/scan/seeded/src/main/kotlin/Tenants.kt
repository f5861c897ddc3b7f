package shop

import org.springframework.jdbc.core.JdbcTemplate

class Tenants(private val jdbc: JdbcTemplate) {
    fun choose(tenant: String) {
        jdbc.execute("SET search_path TO $tenant") // seeded: setting
    }

    fun lock() = jdbc.queryForList("""
        select pg_advisory_lock(7)
    """) // seeded-above: advisory-lock 2
}
