-- One text for SQLite and Postgres: columns are text and bigint only, times are milliseconds
-- since the Unix epoch, and a flag is a nullable time.

-- Numbers that are never given twice, not even after the newest row was deleted.
create table counters (
    name text primary key not null,
    value bigint not null
);
insert into counters (name, value) values ('users', 0), ('audit', 0);

create table users (
    -- The small number that API clients see.
    id bigint primary key not null,
    -- The opaque id that tokens carry as `sub`.
    document_id text not null unique,
    email text not null unique,
    username text not null,
    -- The username in lower case: `Ada` and `ada` are one name.
    username_key text not null unique,
    display_name text not null,
    password_hash text not null,
    password_changed_at bigint not null,
    role text not null,
    confirmed_at bigint,
    disabled_at bigint,
    created_at bigint not null,
    updated_at bigint not null
);

create table sessions (
    id text primary key not null,
    user_id bigint not null references users (id) on delete cascade,
    -- Which refresh token is current. Only this number is stored, never a token.
    generation bigint not null,
    rotated_at bigint not null,
    -- The newest generation whose access token was seen in use.
    used_generation bigint not null,
    -- Set when the person asked to be kept signed in.
    remembered_at bigint,
    authenticated_at bigint not null,
    -- Authentication method references (RFC 8176), separated by spaces.
    methods text not null,
    address text,
    user_agent text,
    created_at bigint not null,
    last_seen_at bigint not null,
    idle_expires_at bigint not null,
    expires_at bigint not null,
    revoked_at bigint,
    revoked_because text
);
create index sessions_by_user on sessions (user_id);
create index sessions_by_revocation on sessions (revoked_at);

create table keys (
    -- The JWK thumbprint (RFC 7638), which tokens carry as `kid`.
    id text primary key not null,
    algorithm text not null,
    public_key text not null,
    sealed_private_key text not null,
    created_at bigint not null,
    promoted_at bigint,
    retired_at bigint
);

-- Append-only. `user_id` is not a foreign key: the trail outlives the account.
create table audit (
    id bigint primary key not null,
    at bigint not null,
    event text not null,
    user_id bigint,
    session_id text,
    address text,
    user_agent text,
    previous_hash text not null,
    hash text not null
);
create index audit_by_user on audit (user_id, id);
