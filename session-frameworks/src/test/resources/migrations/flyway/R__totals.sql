CREATE OR REPLACE VIEW total AS SELECT count(*) AS lines, sum(amount) AS amount FROM invoice JOIN line ON invoice_id = invoice.id;
