package com.scrapersky.session.internal.guard;

import com.scrapersky.session.internal.guard.FlightQueue.Place;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.Field;
import org.postgresql.core.Query;
import org.postgresql.core.ResultCursor;
import org.postgresql.core.ResultHandlerBase;
import org.postgresql.core.Tuple;

/** The answers of one flush of a {@link PipelinedFlight}, in the order of its queries. */
final class FlightArrivals extends ResultHandlerBase {

    private final BaseConnection driver;
    private final FlightQueue queue;
    private final @Nullable Flight settings;
    private final int told;
    private final List<Answers> answers;
    private final boolean more;

    private int arrived;
    private int failed;
    private @Nullable TransactionId transactionId;

    /**
     * @param settings what is in front of the statements, where it has to be followed
     * @param told how many statements that is
     * @param answers of the statements that were added so far
     * @param more whether another flush follows
     */
    FlightArrivals(
            BaseConnection driver,
            FlightQueue queue,
            @Nullable Flight settings,
            int told,
            List<Answers> answers,
            boolean more) {
        this.driver = driver;
        this.queue = queue;
        this.settings = settings;
        this.told = told;
        this.answers = answers;
        this.more = more;
    }

    /** How many queries had been answered when the first error came. */
    int failed() {
        return failed;
    }

    /** The number of the transaction, where the settings asked for it in this flush. */
    @Nullable
    TransactionId transactionId() {
        return transactionId;
    }

    @Override
    public void handleResultRows(Query query, Field[] fields, List<Tuple> tuples, @Nullable ResultCursor cursor) {
        Place place = queue.place(arrived);
        // With the next execution the driver may change the format that a query's columns come in.
        Field[] columns = more ? copyOf(fields) : fields;
        ArrivedRows rows = new ArrivedRows(driver, query, columns, tuples, cursor);
        if (isAnswered(place)) {
            answers.get(place.entry()).arrived(place.set(), rows);
        } else if (asksForTransactionId(place)) {
            try {
                transactionId = TransactionId.read(rows.resultSet());
            } catch (SQLException unreadable) {
                handleError(unreadable);
            }
        }
        arrived++;
    }

    @Override
    public void handleCommandStatus(String status, long count, long oid) {
        Place place = queue.place(arrived++);
        if (isAnswered(place)) {
            answers.get(place.entry()).counted(place.set(), count);
        }
    }

    @Override
    public void handleWarning(SQLWarning warning) {
        // They are asked of a statement, which nobody has here.
    }

    @Override
    public void handleError(SQLException error) {
        if (getException() == null) {
            failed = arrived;
        }
        super.handleError(error);
    }

    private boolean isAnswered(Place place) {
        return place.entry() >= 0 && place.entry() < answers.size();
    }

    /** The question is the last of what goes in front of the statements; BEGIN returns no rows. */
    private boolean asksForTransactionId(Place place) {
        Flight front = settings;
        return front != null
                && front.steps().get(front.steps().size() - 1).purpose() == Flight.Purpose.FIRST_QUESTION
                && place.entry() == PipelinedFlight.NONE
                && place.set() == told - 1;
    }

    private static Field[] copyOf(Field[] fields) {
        Field[] copies = new Field[fields.length];
        for (int i = 0; i < copies.length; i++) {
            Field field = fields[i];
            copies[i] = new Field(
                    field.getColumnLabel(),
                    field.getOID(),
                    field.getLength(),
                    field.getMod(),
                    field.getTableOid(),
                    field.getPositionInTable());
            copies[i].setFormat(field.getFormat());
        }
        return copies;
    }
}
