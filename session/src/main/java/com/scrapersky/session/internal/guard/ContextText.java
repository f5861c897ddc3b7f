package com.scrapersky.session.internal.guard;

import com.scrapersky.session.internal.guard.Flight.Purpose;
import com.scrapersky.session.internal.sql.SqlPart;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A text of one harmless query with the settings of a context in front, put together once.
 *
 * @param text it was put together for, with what was known about the database then
 * @param names of the settings, in the order of their values
 * @param sql what is sent: the values of the settings are its first parameters
 */
record ContextText(KnownText text, List<String> names, String sql) {

    /**
     * The settings that have to be told in front of a text which is one harmless query outside of a transaction, in a session
     * that has set nothing but what it began with; null for everything else.
     */
    @Nullable
    static Settings startInFrontOf(VirtualSession session, KnownText text) throws SQLException {
        if (session.hasOwnBackend()
                || session.stateIfAny() != null
                || session.generation() > 0
                || !text.clean()
                || !text.features().isEmpty()
                || text.sql().parts().size() != 1
                || text.sql().parts().get(0).kind() != SqlPart.Kind.QUERY
                || text.sql().definesCode()
                || !FlightDispatch.departure(session).isOutsideBlock()) {
            return null;
        }
        Settings start = session.start();
        return start == Settings.NONE ? null : start;
    }

    /** The flight that {@link FlightDispatch} would make of such a text, or null where that has anything to be followed afterwards. */
    @Nullable
    static ContextText inContext(VirtualSession session, KnownText text, Settings start) throws SQLException {
        List<String> names = start.missingFrom(Settings.NONE);
        ContextText known = session.guard().texts().contextText(text, names);
        return known == null ? compose(session, text, names) : known;
    }

    private static @Nullable ContextText compose(VirtualSession session, KnownText text, List<String> names)
            throws SQLException {
        Flight flight = FlightDispatch.flight(session, text, text.sql().parts(), GeneratedKeys.NONE, Set.of(), true);
        // Nothing was sent, so nothing is to be remembered.
        session.forgetState();
        boolean settingsAndCaller = flight.steps().size() == 2
                && flight.steps().get(0).purpose() == Purpose.SILENT
                && flight.steps().get(0).names().equals(names)
                && flight.steps().get(1).isCallers()
                && flight.bound().size() == names.size();
        if (!settingsAndCaller || flight.wrapped() || flight.lasting()) {
            return null;
        }
        ContextText made = new ContextText(text, List.copyOf(names), flight.sql());
        session.guard().texts().remember(made);
        return made;
    }
}
