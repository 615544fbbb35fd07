insert into counters (name, value) values ('mails', 0);

-- Where the account moves when that address is confirmed. Several may wait for one address.
alter table users add column pending_email text;
-- When the account is to go, with all that belongs to it.
alter table users add column deletion_at bigint;
create index users_by_deletion on users (deletion_at);

-- Letters on their way, and those of the last days. None of them holds a secret: the link in a letter is
-- computed, from the master secret, the id and the nonce, each time the letter is sent.
create table mails (
    id bigint primary key not null,
    kind text not null,
    -- None when it is asked for by an address, and when it outlives the account.
    user_id bigint references users (id) on delete cascade,
    recipient text not null,
    nonce text not null,
    -- What the letter tells of.
    session_id text,
    address text,
    user_agent text,
    detail text,
    created_at bigint not null,
    -- When it is tried next; none when there is nothing left to do.
    next_at bigint,
    attempts bigint not null,
    delivered_at bigint,
    failed_at bigint,
    -- What the mail server said last.
    problem text
);
create index mails_by_turn on mails (next_at, id);
create index mails_by_recipient on mails (recipient, kind, created_at);
create index mails_by_user on mails (user_id);

-- What somebody can do who was sent a link, once.
create table links (
    -- SHA-256 of the token.
    hash text primary key not null,
    purpose text not null,
    user_id bigint not null references users (id) on delete cascade,
    -- Its place in the order of letters.
    mail_id bigint not null,
    -- Whose mailbox it went to.
    email text not null,
    session_id text,
    created_at bigint not null,
    expires_at bigint not null,
    -- When it was used, or became void.
    used_at bigint
);
create index links_by_user on links (user_id);
create index links_by_end on links (expires_at);

-- From where an account was signed in to. A browser has a random number in a cookie; this is its SHA-256.
create table browsers (
    user_id bigint not null references users (id) on delete cascade,
    hash text not null,
    first_seen_at bigint not null,
    last_seen_at bigint not null,
    primary key (user_id, hash)
);
create index browsers_by_age on browsers (last_seen_at);
