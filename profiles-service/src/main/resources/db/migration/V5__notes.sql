-- A note is of the tenant of its profile, whatever it says: the key sees to that.
alter table profiles add constraint profiles_tenant_id_key unique (tenant_id, id);

create table profile_notes (
    id uuid primary key,
    tenant_id uuid not null,
    profile_id uuid not null,
    text text not null,
    created_by text not null,
    created_at timestamptz not null,
    foreign key (tenant_id, profile_id) references profiles (tenant_id, id) on delete cascade
);
create index profile_notes_profile_idx on profile_notes (tenant_id, profile_id, created_at, id);

alter table profile_notes enable row level security;
alter table profile_notes force row level security;
create policy profile_notes_of_tenant on profile_notes to authenticated
    using (tenant_id = (select profiles_tenant()))
    with check (tenant_id = (select profiles_tenant()));
grant select, insert, delete on profile_notes to authenticated;
