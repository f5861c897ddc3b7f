package com.scrapersky.session.functional;

import static org.assertj.core.api.Assertions.assertThat;

import com.scrapersky.session.DatabaseSessionFactory;
import com.scrapersky.session.RawSql;
import com.scrapersky.session.Row;
import com.scrapersky.session.testkit.MustChangeBackend;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A point and a box are the server's text, whether the statement has a name, and its answer comes in binary, or not. */
@MustChangeBackend
class GeometricTextTest {

    private static final String NUMBERS = """
            select point(x, y) as point, point(x, y)::text as point_text,
                box(point(x, y), point(y, x)) as box, box(point(x, y), point(y, x))::text as box_text, null::point as nothing
            from (values (float8 '1', float8 '2'), ('0', '-1.5'), ('-0', '0.1'), ('1e14', '1e15'),
                ('123456789012345', '1234567890123456'), ('1e22', '1e23'), ('0.0001', '0.00001'),
                ('0.30000000000000004', '0.3333333333333333'), ('2e-3', '5.684341886080802e-14'),
                ('9007199254740992', '9007199254740993'), ('4.9e-324', '1.7976931348623157e308'),
                ('2.2250738585072014e-308', '1e-100'), ('-12345678.9', '1e7'), ('Infinity', '-Infinity'),
                ('NaN', '4503599627370497.5')) numbers (x, y)
            union all
            select point(x, x * x), point(x, x * x)::text, box(point(x, x), point(-x, 1 / x)), box(point(x, x), point(-x, 1 / x))::text,
                null
            from (select (0.37 + n)::float8 * 10::float8 ^ (n % 40 - 20) from generate_series(1, 100) n) many (x)
            """;

    /** The statement is named from its fifth execution on. */
    private static final int EXECUTIONS = 8;

    record Geometric(String point, String pointText, String box, String boxText) {}

    @ParameterizedTest
    @EnumSource(
            value = Route.class,
            names = {"DIRECT", "PGBOUNCER_1_18", "PGBOUNCER_1_26"})
    void isTheServersOwn(Route route) {
        try (DatabaseSessionFactory sessions = route.open()) {
            for (int i = 0; i < EXECUTIONS; i++) {
                List<Map<String, Object>> read = new ArrayList<>();
                read.addAll(RawSql.executeRawSql(sessions, NUMBERS));
                read.addAll(sessions.read(session -> RawSql.executeRawSql(session, NUMBERS)));
                read.addAll(sessions.sql(NUMBERS).rows());
                read.addAll(sessions.pipeline(pipeline -> pipeline.sql(NUMBERS).rows())
                        .get());
                try (Stream<Row> rows = sessions.sql(NUMBERS).stream()) {
                    rows.forEach(read::add);
                }
                assertThat(read).hasSizeGreaterThan(500).allSatisfy(row -> {
                    assertThat(row.get("point")).isEqualTo(row.get("point_text"));
                    assertThat(row.get("box")).isEqualTo(row.get("box_text"));
                    assertThat(row.get("nothing")).isNull();
                });
                assertThat(sessions.sql(NUMBERS).list(Geometric.class)).allSatisfy(one -> {
                    assertThat(one.point()).isEqualTo(one.pointText());
                    assertThat(one.box()).isEqualTo(one.boxText());
                });
            }
            if (route.isDirect() || route.carriesNamedStatements()) {
                assertThat(sessions.statistics().namedStatements()).isGreaterThan(EXECUTIONS);
            }
        }
    }

    /** JDBC is the driver's, with its own two texts. */
    @Test
    void ofPlainJdbcIsTheDriversOwn() throws Exception {
        List<String> texts = new ArrayList<>();
        try (DatabaseSessionFactory sessions = Route.DIRECT.open();
                Connection connection = sessions.dataSource().getConnection();
                PreparedStatement statement = connection.prepareStatement("select point '(1,2)'")) {
            for (int i = 0; i < EXECUTIONS; i++) {
                try (ResultSet row = statement.executeQuery()) {
                    assertThat(row.next()).isTrue();
                    texts.add(row.getString(1));
                }
            }
        }
        assertThat(texts).startsWith("(1,2)").endsWith("(1.0,2.0)");
    }
}
