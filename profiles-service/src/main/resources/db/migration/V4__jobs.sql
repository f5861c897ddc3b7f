-- No FORCE here: the owner's functions below look at all tenants' jobs, and nobody else does. They hold no people's data.
create table profile_jobs (
    id uuid primary key,
    tenant_id uuid not null default profiles_tenant(),
    kind text not null check (kind = 'import'),
    state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed')),
    requested_by text not null,
    idempotency_key text,
    content_hash text not null,
    rows_received bigint not null,
    rows_done bigint not null default 0,
    rows_added bigint not null default 0,
    problem text,
    runner uuid,
    alive_at timestamptz,
    created_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz
);
create unique index profile_jobs_idempotency_key on profile_jobs (tenant_id, idempotency_key);
create index profile_jobs_tenant_created_idx on profile_jobs (tenant_id, created_at, id);
create index profile_jobs_unfinished_idx on profile_jobs (created_at) where state in ('queued', 'running');

alter table profile_jobs enable row level security;
create policy profile_jobs_of_tenant on profile_jobs to authenticated
    using (tenant_id = (select profiles_tenant()))
    with check (tenant_id = (select profiles_tenant()));
grant select, insert, update on profile_jobs to authenticated;

-- What was received and is still to be done. COPY FROM does not go together with row-level security (PostgreSQL, "COPY"), so
-- here rights do what policies do elsewhere: whoever writes cannot say for which tenant, and nobody reads but the function below.
create table profile_import_rows (
    job_id uuid not null,
    number bigint not null,
    tenant_id uuid not null default profiles_tenant(),
    name text,
    email text,
    avatar_url text,
    bio text,
    role text,
    active boolean not null,
    primary key (job_id, number)
);
grant insert (job_id, number, name, email, avatar_url, bio, role, active) on profile_import_rows to authenticated;

-- Takes the next rows of a job of the own tenant away, for whoever inserts them in the same transaction. Numbers have no
-- gaps, so a range of them is what an index finds whatever the planner knows about a table that was empty a moment ago.
create function profile_import_take(job uuid, most bigint) returns setof profile_import_rows
language sql security definer set search_path from current
as $$
    delete from profile_import_rows
    where tenant_id = profiles_tenant() and job_id = job
        and number < most + (select min(number) from profile_import_rows where job_id = job)
    returning *
$$;
revoke execute on function profile_import_take(uuid, bigint) from public;
grant execute on function profile_import_take(uuid, bigint) to authenticated;

-- Gives the oldest job that nobody works on, of whichever tenant, to this runner: who works on one shows up again and again.
create function profile_jobs_claim(new_runner uuid, silence interval)
returns table (id uuid, tenant_id uuid, requested_by text)
language sql security definer set search_path from current
as $$
    update profile_jobs set state = 'running', runner = new_runner, alive_at = clock_timestamp()
    where profile_jobs.id = (
        select waiting.id from profile_jobs waiting
        where waiting.state = 'queued' or (waiting.state = 'running' and waiting.alive_at < clock_timestamp() - silence)
        order by waiting.created_at limit 1 for update skip locked)
    returning profile_jobs.id, profile_jobs.tenant_id, profile_jobs.requested_by
$$;
revoke execute on function profile_jobs_claim(uuid, interval) from public;
grant execute on function profile_jobs_claim(uuid, interval) to authenticated;
