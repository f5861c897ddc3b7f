create unique index profiles_tenant_email_key on profiles (tenant_id, lower(email));
