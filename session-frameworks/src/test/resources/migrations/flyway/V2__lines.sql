-- In the schema that Flyway chose: the search_path of the script before was that script's own.
CREATE TABLE line (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    invoice_id bigint NOT NULL REFERENCES invoice,
    text text
);

DO $$
BEGIN
    FOR n IN 1 .. 3 LOOP
        INSERT INTO invoice VALUES (n, n * 10);
        INSERT INTO line (invoice_id, text) VALUES (n, 'line of ' || n || ' in ' || current_schema());
    END LOOP;
END $$;
