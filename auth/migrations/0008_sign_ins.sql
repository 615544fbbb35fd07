-- The sign-ins of some weeks are counted with each overview, and an account may have many more events than those.
create index audit_sign_ins on audit (user_id, at, event) where event in ('signed_in', 'sign_in_failed');
