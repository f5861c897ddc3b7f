package com.scrapersky.session.matrix;

import java.util.ArrayList;
import java.util.List;

/** The matrix. */
final class Rows {

    private static final List<RowGroup> GROUPS = collect();

    private Rows() {}

    static List<RowGroup> groups() {
        return GROUPS;
    }

    static List<MatrixRow> all() {
        return GROUPS.stream().flatMap(group -> group.rows().stream()).toList();
    }

    private static List<RowGroup> collect() {
        List<RowGroup> groups = new ArrayList<>(DisguisedRows.all());
        groups.addAll(HiddenRows.all());
        groups.addAll(HiddenCallRows.all());
        groups.addAll(SettingRows.all());
        groups.addAll(SessionRows.all());
        groups.addAll(TransactionRows.all());
        groups.addAll(CallRows.all());
        groups.addAll(IdentityRows.all());
        groups.addAll(StatementRows.all());
        groups.addAll(DriverRows.all());
        groups.addAll(SourceRows.all());
        return List.copyOf(groups);
    }
}
