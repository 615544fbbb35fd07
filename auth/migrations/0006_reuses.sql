-- Copied sessions are asked for with each page that tells of them, and are few in a long trail.
create index audit_reuses on audit (user_id, at) where event = 'session_reused';
