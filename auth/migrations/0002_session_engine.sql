-- Numbers in the order of commits: a node that has seen one has seen all below it, because the row of
-- a counter stays locked until the transaction that raised it is over.
insert into counters (name, value) values ('revocations', 0), ('keys', 0);

-- Which revocation ended the session. Other nodes ask for what came after the last one they know.
alter table sessions add column revocation bigint;
create index sessions_by_revocation_number on sessions (revocation);

-- When a key that is published is to sign.
alter table keys add column promote_at bigint;

-- What an event's name leaves open, in a word.
alter table audit add column detail text;
create index audit_by_session on audit (session_id);
