create table job (id bigserial primary key, name text);

create index concurrently job_name on job (name); -- seeded: own-transaction

create or replace function login_as(who text) returns void language plpgsql as $$
begin
    perform set_config('app.user', who, false);
end $$;

set search_path = shop; -- seeded: setting
