//! The tables of accounts. Nothing is deleted: accounts are disabled, grants, sessions and tokens
//! end.

/// Makes the tables of users, grants, sessions, tokens and sign-in attempts.
pub(crate) const ACCOUNTS: &str = r#"
CREATE TABLE bm_user (
  name TEXT PRIMARY KEY,
  full_name TEXT NOT NULL,
  school TEXT,
  staff TEXT,
  password TEXT NOT NULL,
  must_change INTEGER NOT NULL CHECK (must_change IN (0, 1)),
  status TEXT NOT NULL CHECK (status IN ('active', 'disabled')),
  author TEXT NOT NULL,
  created_at TEXT NOT NULL,
  changed_at TEXT NOT NULL,
  CHECK ((school IS NULL) = (staff IS NULL))
) STRICT, WITHOUT ROWID;
CREATE TABLE bm_grant (
  id INTEGER PRIMARY KEY,
  user TEXT NOT NULL REFERENCES bm_user (name),
  role TEXT NOT NULL,
  unit TEXT,
  level TEXT,
  school TEXT,
  year INTEGER,
  class TEXT,
  subjects TEXT,
  valid_from TEXT,
  valid_to TEXT,
  reason TEXT NOT NULL,
  author TEXT NOT NULL,
  granted_at TEXT NOT NULL,
  ended_on TEXT,
  ended_by TEXT,
  ended_reason TEXT
) STRICT;
CREATE INDEX bm_grant_user ON bm_grant (user);
CREATE TABLE bm_session (
  token TEXT PRIMARY KEY,
  user TEXT NOT NULL REFERENCES bm_user (name),
  address TEXT NOT NULL,
  started_at TEXT NOT NULL,
  seen_at TEXT NOT NULL,
  ends_at TEXT NOT NULL,
  ended_at TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX bm_session_user ON bm_session (user);
CREATE TABLE bm_token (
  id INTEGER PRIMARY KEY,
  token TEXT NOT NULL UNIQUE,
  user TEXT NOT NULL REFERENCES bm_user (name),
  title TEXT NOT NULL,
  read_only INTEGER NOT NULL CHECK (read_only IN (0, 1)),
  schools TEXT,
  areas TEXT,
  created_at TEXT NOT NULL,
  ends_at TEXT NOT NULL,
  ended_at TEXT
) STRICT;
CREATE TABLE bm_attempt (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  user TEXT NOT NULL,
  address TEXT NOT NULL,
  passed INTEGER NOT NULL CHECK (passed IN (0, 1))
) STRICT;
CREATE INDEX bm_attempt_user ON bm_attempt (user, at);
CREATE INDEX bm_attempt_address ON bm_attempt (address, at);
CREATE TRIGGER bm_user_stays BEFORE DELETE ON bm_user
  BEGIN SELECT RAISE(ABORT, 'accounts are disabled, never deleted'); END;
CREATE TRIGGER bm_grant_stays BEFORE DELETE ON bm_grant
  BEGIN SELECT RAISE(ABORT, 'grants end, they are never deleted'); END;
CREATE TRIGGER bm_session_stays BEFORE DELETE ON bm_session
  BEGIN SELECT RAISE(ABORT, 'sessions end, they are never deleted'); END;
CREATE TRIGGER bm_token_stays BEFORE DELETE ON bm_token
  BEGIN SELECT RAISE(ABORT, 'tokens end, they are never deleted'); END;
CREATE TRIGGER bm_attempt_stays BEFORE DELETE ON bm_attempt
  BEGIN SELECT RAISE(ABORT, 'attempts are only ever added to'); END;
"#;

/// Chains the audit: every line holds the hash of the one before.
pub(crate) const CHAIN: &str = r#"
ALTER TABLE bm_audit ADD COLUMN hash TEXT;
CREATE INDEX bm_audit_at ON bm_audit (at);
"#;
