package com.scrapersky.session.internal.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoleChoicesTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "set role ann|ann",
                "SET ROLE Ann|ann",
                "SET ROLE \"Ann\"|Ann",
                "set session role ann|ann",
                "/* x */ set local role 'ann'|ann",
                "set role to ann|ann",
                "set local role = ann|ann",
                "set role none|none",
                "set \"role\" = ann|ann",
                "select set_config('role', 'ann', true)|ann",
                "with x as (select pg_catalog.set_config('Role', 'ann'::text, false)) select 1|ann"
            })
    void namesTheRole(String text, String role) {
        assertThat(RoleChoices.of(text)).containsExactly(role);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "set session authorization ann",
                "set local session authorization 'ann'",
                "set session session authorization ann",
                "set session_authorization = ann",
                "select set_config('session_authorization', 'ann', false)",
                "select set_config('role', ?, true)",
                "select set_config('role', current_user || '', true)"
            })
    void saysThatItIsComputed(String text) {
        assertThat(RoleChoices.of(text)).containsExactly(RoleChoices.COMPUTED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "set role to default",
                "reset role",
                "set role.name = 'ann'",
                "set session.role = 'ann'",
                "set local.role = 'ann'",
                "select 'set role ann'",
                "update people set role = 'ann'",
                "select set_config('app.role', 'ann', true)",
                "set statement_timeout = 1",
                "set session characteristics as transaction read only"
            })
    void leavesEverythingElse(String text) {
        assertThat(RoleChoices.of(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "set role ann; set local role bob",
                "select 1; set role ann; select set_config('role', 'bob', true)"
            })
    void namesAllOfThem(String text) {
        assertThat(RoleChoices.of(text)).containsExactly("ann", "bob");
    }
}
