--liquibase formatted sql

--changeset shop:1
create table changed (id int);
