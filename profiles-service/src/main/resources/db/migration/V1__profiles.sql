-- "if not exists", because a database of the former system has the table already.
create table if not exists profiles (
    id uuid primary key default gen_random_uuid(),
    tenant_id uuid not null,
    name text,
    email text,
    avatar_url text,
    bio text,
    role text,
    active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

-- The order of the list, for offsets and for cursors.
create index if not exists profiles_tenant_created_idx on profiles (tenant_id, created_at, id);
