-- SET ROLE and LISTEN are only words here.
create table orders (id bigserial primary key, tenant_id text not null, name text, place text, created timestamptz default now());
create index orders_tenant on orders (tenant_id);
alter table orders enable row level security;
create policy own on orders using (tenant_id = nullif(current_setting('app.tenant', true), ''));
comment on table orders is 'set search_path = nothing';

create function touch() returns trigger language plpgsql set search_path = shop as $$
begin
    perform set_config('app.touched', 'yes', true);
    new.created := now();
    return new;
end $$;
create trigger touched before update on orders for each row execute function touch();
notify jobs, 'ready';
