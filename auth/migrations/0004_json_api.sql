-- What a program calls the device it runs on: one session at a time.
alter table sessions add column device_id text;
