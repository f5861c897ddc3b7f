-- As pg_dump begins its scripts.
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;

CREATE TABLE ${flyway:defaultSchema}.invoice (
    id bigint NOT NULL,
    amount numeric(10, 2),
    CONSTRAINT invoice_pkey PRIMARY KEY (id)
);
