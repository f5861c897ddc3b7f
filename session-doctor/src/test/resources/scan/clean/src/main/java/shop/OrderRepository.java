package shop;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;

/**
 * Orders. Nothing here touches the session: "SET ROLE app", LISTEN jobs and pg_advisory_lock(1) are words of a comment.
 */
class OrderRepository {

    private static final String FIND = "select id, name from orders where tenant_id = :tenant and created > :since";
    private static final String HELP = "Set the name to something, select a file, or listen to the events";
    private static final String LOAD = "load the page again";
    private static final String RESET = "reset password";
    private static final String PROSE = "execute order 66";
    private static final char QUOTE = '"';
    private static final char APOSTROPHE = '\'';

    private final JdbcClient jdbc;
    private final DataSource dataSource;

    OrderRepository(JdbcClient jdbc, DataSource dataSource) {
        this.jdbc = jdbc;
        this.dataSource = dataSource;
    }

    @Transactional(readOnly = true)
    List<Map<String, Object>> find(String tenant, java.time.Instant since) {
        return jdbc.sql(FIND).param("tenant", tenant).param("since", since).query().listOfRows();
    }

    @Transactional
    long insert(String tenant, String name) {
        jdbc.sql("select set_config('app.tenant', ?, true)").param(tenant).query().singleValue();
        jdbc.sql("set local lock_timeout = '5s'").update();
        jdbc.sql("select pg_advisory_xact_lock(hashtext(?))").param(tenant).query().listOfRows();
        jdbc.sql("create temp table basket (id int) on commit drop").update();
        return jdbc.sql("""
                        insert into orders (tenant_id, name)
                        values (?, ?)
                        returning id
                        """)
                .param(tenant)
                .param(name)
                .query(Long.class)
                .single();
    }

    List<String> names(Connection connection) throws SQLException {
        List<String> names = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement("select name from orders" + " where name <> ''");
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        return names;
    }

    void move(Connection connection, long id) throws SQLException {
        connection.setAutoCommit(false);
        try (PreparedStatement statement = connection.prepareStatement("update orders set place = 'shelf' where id = ?")) {
            statement.setLong(1, id);
            statement.executeUpdate();
            connection.commit();
        } catch (SQLException failure) {
            connection.rollback();
            throw failure;
        }
    }

    String explain(String what) {
        System.out.println("Update failed for " + what + "; set it to true, then load it again");
        System.out.println("declare a cursor, prepare a statement as you like, discard all changes");
        throw new IllegalStateException("Cannot set " + QUOTE + what + QUOTE + " to " + APOSTROPHE + HELP + LOAD + RESET + PROSE);
    }
}
