--liquibase formatted sql

--changeset shop:2
create table line (id bigint generated always as identity primary key, invoice_id bigint not null references invoice, text text);
insert into line (invoice_id, text) select id, 'line of ' || id || ' in ' || current_schema() from invoice;
--rollback drop table ${database.defaultSchemaName}.line;

--changeset shop:2-search-path
set search_path to pg_catalog;
select 1;
--rollback empty
