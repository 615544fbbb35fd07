-- Attempts that failed, in a row. A key is a MAC: what somebody typed as a name is not to be read here.
create table attempts (
    key text primary key not null,
    failures bigint not null,
    last_at bigint not null
);
create index attempts_by_age on attempts (last_at);
