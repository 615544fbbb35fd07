-- What a program calls the device it runs on: one session at a time.
alter table sessions add column device_id text;

-- Whom nobody has confirmed for long is looked for.
create index users_by_confirmation on users (confirmed_at, created_at);
