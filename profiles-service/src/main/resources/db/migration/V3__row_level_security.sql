-- Supabase has this role. It is no login: a request becomes it for its transaction, with the claims of its token.
do $$
begin
    if to_regrole('authenticated') is null then
        create role authenticated nologin noinherit;
        grant authenticated to current_user;
    end if;
exception
    -- Roles belong to all databases: another one's migration was quicker.
    when duplicate_object or unique_violation then null;
end
$$;

-- The setting reads '', not null, once a transaction before has set it.
create function profiles_tenant() returns uuid
language sql stable parallel safe
as $$
    select nullif(nullif(current_setting('request.jwt.claims', true), '')::json ->> 'tenant_id', '')::uuid
$$;

alter table profiles enable row level security;
alter table profiles force row level security;
create policy profiles_of_tenant on profiles to authenticated
    using (tenant_id = (select profiles_tenant()))
    with check (tenant_id = (select profiles_tenant()));
grant select, insert, update, delete on profiles to authenticated;
