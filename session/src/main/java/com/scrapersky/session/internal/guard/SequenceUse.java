package com.scrapersky.session.internal.guard;

import com.scrapersky.session.internal.sql.GuardedSql;
import com.scrapersky.session.internal.sql.SequenceTexts;
import com.scrapersky.session.internal.sql.SequenceTexts.Draw;
import com.scrapersky.session.internal.sql.SequenceTexts.Question;
import com.scrapersky.session.internal.sql.SqlPart;
import com.scrapersky.session.internal.sql.SqlPart.Kind;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/**
 * Whether {@code currval} and {@code lastval} answer for a number that the same transaction is sure to have drawn. On a
 * backend that belongs to everybody they would otherwise answer for a stranger.
 *
 * <p>Which sequence an INSERT drew from, and what names mean, only the server knows: it is asked, in the same transaction.
 */
final class SequenceUse {

    /** What a row that is inserted into a table draws from: its columns' defaults, and identity columns. */
    private static final String OF_TABLE = """
            select coalesce(i.objid, s.refobjid)
            from pg_catalog.pg_attribute a
            join pg_catalog.pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p') and not c.relhasrules
            left join pg_catalog.pg_depend i on i.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                and i.refclassid = i.classid and i.refobjid = a.attrelid and i.refobjsubid = a.attnum and i.deptype = 'i'
                and a.attidentity <> ''
            left join pg_catalog.pg_attrdef f on f.adrelid = a.attrelid and f.adnum = a.attnum and a.attgenerated = ''
                and pg_catalog.pg_get_expr(f.adbin, f.adrelid) like 'nextval(%%'
            left join pg_catalog.pg_depend s on s.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass and s.objid = f.oid
                and s.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
                and (select relkind from pg_catalog.pg_class where oid = s.refobjid) = 'S'
            where a.attrelid = pg_catalog.to_regclass(%s) and a.attnum > 0 and not a.attisdropped
                and a.attname <> all (array[%s]::pg_catalog.name[]) and coalesce(i.objid, s.refobjid) is not null
            """;

    private SequenceUse() {}

    /** Whether names without a schema may mean something else behind it. */
    static boolean mayChangeNames(KnownText text) {
        return text.mayHideState()
                || text.sql().words().contains("set_config")
                || text.sql().parts().stream().anyMatch(part -> switch (part.kind()) {
                    case QUERY, UTILITY, BEGIN, SAVEPOINT, RELEASE -> false;
                    default -> true;
                });
    }

    /**
     * @param drawn in the transaction that is open, if one is
     * @param open whether one is, so that the server can be asked; one round trip
     */
    static boolean answersFor(GuardedSql asking, List<Draw> drawn, boolean open, Connection connection)
            throws SQLException {
        List<Question> questions = SequenceTexts.questions(asking);
        if (questions == null
                || asking.parts().stream().anyMatch(part -> part.kind() != Kind.QUERY && part.kind() != Kind.UTILITY)) {
            return false;
        }
        StringJoiner conditions = new StringJoiner(" and ");
        for (Question question : questions) {
            List<Draw> before = new ArrayList<>(drawn);
            for (SqlPart part : asking.parts().subList(0, question.statement())) {
                before.addAll(SequenceTexts.draws(part));
            }
            if (before.isEmpty()) {
                return false;
            }
            if (!isPlain(question, before)) {
                conditions.add(condition(question, before));
            }
        }
        return conditions.length() == 0 || (open && isTrue(connection, conditions.toString()));
    }

    /** Whether no server has to be asked. */
    private static boolean isPlain(Question question, List<Draw> drawn) {
        return drawn.stream()
                .map(Draw::sequence)
                .anyMatch(
                        sequence -> sequence != null && (question.isForAny() || sequence.equals(question.sequence())));
    }

    private static String condition(Question question, List<Draw> drawn) {
        StringJoiner sequences = new StringJoiner("\nunion all ", "", "");
        for (Draw draw : drawn) {
            if (draw.sequence() != null) {
                sequences.add("select pg_catalog.to_regclass(" + SqlLiteral.of(draw.sequence()) + ")::pg_catalog.oid");
            } else if (draw.table() != null) {
                StringJoiner given = new StringJoiner(",");
                draw.given().forEach(column -> given.add(SqlLiteral.of(column)));
                sequences.add(OF_TABLE.formatted(SqlLiteral.of(draw.table()), given));
            }
        }
        String sequence = question.sequence();
        String table = question.table();
        String column = question.column();
        if (table != null && column != null) {
            return "pg_catalog.pg_get_serial_sequence(" + SqlLiteral.of(table) + "," + SqlLiteral.of(column)
                    + ")::pg_catalog.regclass::pg_catalog.oid in (" + sequences + ")";
        }
        return sequence != null
                ? "pg_catalog.to_regclass(" + SqlLiteral.of(sequence) + ")::pg_catalog.oid in (" + sequences + ")"
                : "exists (" + sequences + ")";
    }

    private static boolean isTrue(Connection connection, String condition) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select " + condition)) {
            return row.next() && row.getBoolean(1);
        }
    }
}
