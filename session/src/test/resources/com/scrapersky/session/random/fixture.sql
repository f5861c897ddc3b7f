-- The objects that random programs use. Everything of it is there once for each database.

set client_min_messages to warning;
set lock_timeout to '20s';

do $$
begin
  if not exists (select from pg_roles where rolname = 'random_reader') then
    create role random_reader;
    create role random_writer;
  end if;
end $$;

drop schema if exists fixture cascade;
create schema fixture;

-- What an unqualified name means without a search path of one's own.
drop table if exists public.place;
create table public.place (name text);
insert into public.place values ('public');
grant select on public.place to public;

create or replace function fixture.schemas() returns setof text language sql immutable as $$
  select client || '_' || part from unnest(array['a', 'b', 'c']) client, unnest(array['main', 'other']) part order by 1
$$;

do $do$
declare
  s text;
begin
  for s in select * from fixture.schemas() loop
    execute replace($sql$
      drop schema if exists SCHEMA cascade;
      create schema SCHEMA;
      create table SCHEMA.place (name text);
      insert into SCHEMA.place values ('SCHEMA');
      create table SCHEMA.item (
        id serial primary key,
        code text not null unique,
        n int not null default 0,
        note text,
        tenant text default coalesce(current_setting('app.tenant', true), ''));
      create table SCHEMA.noted (id serial primary key, note text, seen text);
      create table SCHEMA.late (id int unique deferrable initially deferred);
      create table SCHEMA.secret (id int primary key, tenant text, word text);
      alter table SCHEMA.secret enable row level security;
      create policy own on SCHEMA.secret using (tenant = current_setting('app.tenant', true));
      grant usage on schema SCHEMA to random_reader, random_writer;
      grant select on all tables in schema SCHEMA to random_reader, random_writer;
      grant insert, update, delete on SCHEMA.item to random_writer;
      grant usage on all sequences in schema SCHEMA to random_writer;
      -- A row that is inserted leaves a setting behind that no text speaks of.
      create function SCHEMA.note_it() returns trigger language plpgsql as $$
        begin
          new.seen := coalesce(current_setting('app.tenant', true), '');
          perform set_config('app.seen', new.note, false);
          return new;
        end $$;
      create trigger note_it before insert on SCHEMA.noted for each row execute function SCHEMA.note_it();
    $sql$, 'SCHEMA', s);
  end loop;
end $do$;

create or replace function public.add_up(a int, b int) returns int language sql immutable as 'select a + b';

create or replace function public.keep_setting(setting text, value text) returns text language plpgsql as $$
begin
  return set_config(setting, value, false);
end $$;

-- Clean whenever it is not asked to be otherwise.
create or replace function public.keep_setting_if(wanted boolean, setting text, value text) returns boolean language plpgsql as $$
begin
  if wanted then
    perform set_config(setting, value, false);
  end if;
  return wanted;
end $$;

create or replace function public.keep_path(schema text) returns text language plpgsql as $$
begin
  execute format('set search_path to %I', schema);
  return current_schema();
end $$;

create or replace function public.keep_and_fail(setting text, value text) returns text language plpgsql as $$
begin
  perform set_config(setting, value, false);
  raise exception 'on purpose';
end $$;

-- A setting that its own subtransaction undoes.
create or replace function public.keep_and_undo(setting text, value text) returns text language plpgsql as $$
begin
  begin
    perform set_config(setting, value, false);
    raise exception 'on purpose';
  exception when raise_exception then
    return 'undone';
  end;
end $$;

-- Not even a function in the text.
create or replace view public.keeping as select set_config('app.actor', 'of a view', false) as kept;

create or replace function public.items_of(schema text) returns refcursor language plpgsql as $$
declare
  items refcursor;
begin
  open items for execute format('select id, code from %I.item order by id', schema);
  return items;
end $$;

create or replace function public.local_setting(setting text, value text) returns text language plpgsql as $$
begin
  return set_config(setting, value, true);
end $$;

create or replace function public.own_memory() returns text language sql set work_mem = '12MB' as $$
  select current_setting('work_mem')
$$;

create or replace function public.hidden_lock(key int) returns boolean language plpgsql as $$
begin
  return pg_try_advisory_lock(key);
end $$;

create or replace function public.hidden_table(name text) returns text language plpgsql as $$
begin
  execute format('create temp table if not exists %I (n int)', name);
  return name;
end $$;

create or replace function public.hidden_listen(channel text) returns text language plpgsql as $$
begin
  execute format('listen %I', channel);
  return channel;
end $$;

create or replace procedure public.commits_between(schema text) language plpgsql as $$
begin
  execute format('update %I.item set n = n + 1 where id = 1', schema);
  commit;
  execute format('update %I.item set n = n + 1 where id = 2', schema);
end $$;

create function fixture.put_back() returns void language plpgsql as $$
declare
  s text;
begin
  for s in select * from fixture.schemas() loop
    execute replace($sql$
      delete from SCHEMA.item;
      delete from SCHEMA.noted;
      delete from SCHEMA.late;
      delete from SCHEMA.secret;
      delete from SCHEMA.place;
      insert into SCHEMA.place values ('SCHEMA');
      insert into SCHEMA.item (id, code, n, note, tenant)
        select i, 'c' || i, i * 10, 'note ' || i, 't' || i % 2 from generate_series(1, 5) i;
      insert into SCHEMA.secret values (1, 't1', 'one'), (2, 't2', 'two'), (3, 't2', 'three');
      select setval('SCHEMA.item_id_seq', 5), setval('SCHEMA.noted_id_seq', 1, false);
    $sql$, 'SCHEMA', s);
    if to_regclass(s || '.scratch_' || left(s, 1)) is not null then
      execute format('drop table %I.%I', s, 'scratch_' || left(s, 1));
    end if;
    if to_regclass('public.scratch_' || left(s, 1)) is not null then
      execute format('drop table public.%I', 'scratch_' || left(s, 1));
    end if;
  end loop;
end $$;

create function fixture.rows(relation text) returns text language plpgsql as $$
declare
  found text;
begin
  if to_regclass(relation) is null then
    return null;
  end if;
  if relation like '%\_seq' then
    -- log_cnt depends on checkpoints.
    execute 'select last_value || '' '' || is_called from ' || relation into found;
  else
    execute 'select string_agg(r::text, '' '' order by r::text) from ' || relation || ' r' into found;
  end if;
  return found;
end $$;

create function fixture.contents() returns table (relation text, found text) language sql as $$
  select relation, fixture.rows(relation)
    from fixture.schemas() s, unnest(array['item', 'noted', 'late', 'scratch_' || left(s, 1), 'item_id_seq', 'noted_id_seq']) t,
         lateral (select s || '.' || t) r (relation)
  union all
  select relation, fixture.rows(relation) from unnest(array['a', 'b', 'c']) c, lateral (select 'public.scratch_' || c) r (relation)
  order by 1
$$;

reset lock_timeout;
reset client_min_messages;
select fixture.put_back();
