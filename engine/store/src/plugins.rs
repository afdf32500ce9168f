//! What a site keeps of its plugins: packages, which version is in use, grants, keys, revocations.
//!
//! A package is kept whole, as bytes; what is in it and whether it is to be trusted is no business
//! of this crate. All of it is only ever added to: which version is in use is told by the last
//! change, what is granted by the last grant, whether a key is trusted by its last line.

use std::path::Path;

use bieumau_model::scope::Caller;
use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{
    Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior, params,
};
use serde_json::{Value as Json, json};

use crate::audit::Act;
use crate::error::StoreError;
use crate::store::Store;

/// The tables of packages, changes, grants, keys and revocations.
pub(crate) const TABLES: &str = r#"
CREATE TABLE bm_plugin_package (
  id INTEGER PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  plugin TEXT NOT NULL,
  version TEXT NOT NULL,
  key TEXT,
  comment TEXT NOT NULL,
  bytes BLOB NOT NULL,
  at TEXT NOT NULL,
  caller TEXT NOT NULL
) STRICT;
CREATE TABLE bm_plugin_change (
  id INTEGER PRIMARY KEY,
  plugin TEXT NOT NULL,
  hash TEXT REFERENCES bm_plugin_package (hash),
  action TEXT NOT NULL CHECK (action IN ('install', 'upgrade', 'rollback', 'remove', 'grant')),
  at TEXT NOT NULL,
  caller TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX bm_plugin_change_plugin ON bm_plugin_change (plugin, id);
CREATE TABLE bm_plugin_grant (
  id INTEGER PRIMARY KEY,
  hash TEXT NOT NULL REFERENCES bm_plugin_package (hash),
  needs TEXT NOT NULL,
  at TEXT NOT NULL,
  caller TEXT NOT NULL
) STRICT;
CREATE INDEX bm_plugin_grant_hash ON bm_plugin_grant (hash, id);
CREATE TABLE bm_plugin_key (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL,
  public TEXT NOT NULL,
  owner TEXT NOT NULL,
  province TEXT,
  valid_from TEXT,
  valid_to TEXT,
  trusted INTEGER NOT NULL CHECK (trusted IN (0, 1)),
  at TEXT NOT NULL,
  caller TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT;
CREATE TABLE bm_plugin_revoked (
  id INTEGER PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  at TEXT NOT NULL,
  caller TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT;
CREATE TABLE bm_plugin_secret (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER bm_plugin_package_stays BEFORE DELETE ON bm_plugin_package
  BEGIN SELECT RAISE(ABORT, 'packages are kept'); END;
CREATE TRIGGER bm_plugin_package_holds BEFORE UPDATE ON bm_plugin_package
  BEGIN SELECT RAISE(ABORT, 'packages never change'); END;
CREATE TRIGGER bm_plugin_change_stays BEFORE DELETE ON bm_plugin_change
  BEGIN SELECT RAISE(ABORT, 'changes are only ever added to'); END;
CREATE TRIGGER bm_plugin_change_holds BEFORE UPDATE ON bm_plugin_change
  BEGIN SELECT RAISE(ABORT, 'changes are only ever added to'); END;
CREATE TRIGGER bm_plugin_grant_stays BEFORE DELETE ON bm_plugin_grant
  BEGIN SELECT RAISE(ABORT, 'grants are only ever added to'); END;
CREATE TRIGGER bm_plugin_grant_holds BEFORE UPDATE ON bm_plugin_grant
  BEGIN SELECT RAISE(ABORT, 'grants are only ever added to'); END;
CREATE TRIGGER bm_plugin_key_stays BEFORE DELETE ON bm_plugin_key
  BEGIN SELECT RAISE(ABORT, 'keys are only ever added to'); END;
CREATE TRIGGER bm_plugin_key_holds BEFORE UPDATE ON bm_plugin_key
  BEGIN SELECT RAISE(ABORT, 'keys are only ever added to'); END;
CREATE TRIGGER bm_plugin_revoked_stays BEFORE DELETE ON bm_plugin_revoked
  BEGIN SELECT RAISE(ABORT, 'revocations are only ever added to'); END;
CREATE TRIGGER bm_plugin_revoked_holds BEFORE UPDATE ON bm_plugin_revoked
  BEGIN SELECT RAISE(ABORT, 'revocations are only ever added to'); END;
"#;

/// A package that the store keeps, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginPackage {
    /// Hash that names it.
    pub hash: String,
    /// Id of the plugin.
    pub plugin: String,
    /// Version.
    pub version: String,
    /// Id of the key that signed it; `None` when nobody did.
    pub key: Option<String>,
    /// Comment that was signed with it.
    pub comment: String,
    /// When it was taken in.
    pub at: Timestamp,
    /// Who took it in.
    pub caller: String,
}

/// A version in use, with what a site needs to run it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginInUse {
    /// The package.
    pub package: PluginPackage,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What was granted to it.
    pub grant: Vec<String>,
}

/// All plugins in use at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PluginsInUse {
    /// A number that grows with every change.
    pub state: i64,
    /// Packages in use, by id of the plugin.
    pub plugins: Vec<PluginInUse>,
    /// Hashes of files and packages that may not be used any more, with the reason.
    pub revoked: Vec<(String, String)>,
}

/// What happens to the version of a plugin that is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PluginChange {
    /// The first version.
    Install,
    /// A newer version takes the place of one in use.
    Upgrade,
    /// An older version is used again.
    Rollback,
    /// No version is used any more.
    Remove,
}

/// A key and whom it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginKey {
    /// Id of the key.
    pub key: String,
    /// The public key as one line.
    pub public: String,
    /// Whose it is.
    pub owner: String,
    /// Province whose plugins it may sign; `None` for plugins of any province.
    pub province: Option<String>,
    /// First day of its validity.
    pub valid_from: Option<Date>,
    /// Last day of its validity.
    pub valid_to: Option<Date>,
    /// Whether it is still trusted.
    pub trusted: bool,
}

impl PluginChange {
    const fn word(self) -> &'static str {
        match self {
            Self::Install => "install",
            Self::Upgrade => "upgrade",
            Self::Rollback => "rollback",
            Self::Remove => "remove",
        }
    }
}

impl Store {
    /// Reads which plugins are in use.
    pub fn plugins_in_use(&self) -> Result<PluginsInUse, StoreError> {
        in_use(&self.conn)
    }

    /// Returns a number that grows with every change of plugins, keys and grants.
    pub fn plugins_state(&self) -> Result<i64, StoreError> {
        state(&self.conn)
    }

    /// Lists every package that was ever taken in, oldest first.
    pub fn plugin_packages(&self) -> Result<Vec<PluginPackage>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT hash, plugin, version, key, comment, at, caller FROM bm_plugin_package \
             ORDER BY id",
        )?;
        let mut rows = statement.query([])?;
        let mut packages = Vec::new();
        while let Some(row) = rows.next()? {
            packages.push(package(row)?);
        }
        Ok(packages)
    }

    /// Lists the hashes that were in use one after the other, oldest first; `None` where the
    /// plugin was removed.
    pub fn plugin_changes(&self, plugin: &str) -> Result<Vec<Option<String>>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT hash FROM bm_plugin_change WHERE plugin = ? AND action <> 'grant' ORDER BY id",
        )?;
        let hashes = statement.query_map([plugin], |row| row.get(0))?;
        Ok(hashes.collect::<Result<_, _>>()?)
    }

    /// Returns the bytes of a package.
    pub fn plugin_bytes(&self, hash: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let mut statement =
            self.conn.prepare_cached("SELECT bytes FROM bm_plugin_package WHERE hash = ?")?;
        Ok(statement.query_row([hash], |row| row.get(0)).optional()?)
    }

    /// Returns what was last granted to a package.
    pub fn plugin_grant(&self, hash: &str) -> Result<Option<Vec<String>>, StoreError> {
        grant_of(&self.conn, hash)
    }

    /// Takes a package in and uses it, with what is granted to it, in one step.
    pub fn install_plugin(
        &mut self,
        new: &PluginPackage,
        bytes: &[u8],
        grant: &[String],
        change: PluginChange,
        caller: &Caller,
        reason: &str,
    ) -> Result<(), StoreError> {
        let act = Act::new(caller, new.at, reason);
        let transaction = begin(&mut self.conn)?;
        transaction.execute(
            "INSERT INTO bm_plugin_package (hash, plugin, version, key, comment, bytes, at, caller) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (hash) DO NOTHING",
            params![
                new.hash,
                new.plugin,
                new.version,
                new.key,
                new.comment,
                bytes,
                act.at,
                act.caller
            ],
        )?;
        write_grant(&transaction, &act, &new.hash, grant)?;
        write_change(&transaction, &act, &new.plugin, Some(&new.hash), change)?;
        let details = json!({
            "plugin": new.plugin, "version": new.version, "hash": new.hash, "key": new.key,
            "grant": grant,
        });
        act.note(&transaction, &format!("plugin {}", change.word()), None, 1, &details)?;
        Ok(transaction.commit()?)
    }

    /// Uses another version that is kept, or none.
    pub fn switch_plugin(
        &mut self,
        plugin: &str,
        hash: Option<&str>,
        change: PluginChange,
        caller: &Caller,
        now: Timestamp,
        reason: &str,
    ) -> Result<(), StoreError> {
        let act = Act::new(caller, now, reason);
        let transaction = begin(&mut self.conn)?;
        write_change(&transaction, &act, plugin, hash, change)?;
        let details = json!({ "plugin": plugin, "hash": hash });
        act.note(&transaction, &format!("plugin {}", change.word()), None, 1, &details)?;
        Ok(transaction.commit()?)
    }

    /// Grants a package these needs and no other ones.
    pub fn grant_plugin(
        &mut self,
        plugin: &str,
        hash: &str,
        needs: &[String],
        caller: &Caller,
        now: Timestamp,
        reason: &str,
    ) -> Result<(), StoreError> {
        let act = Act::new(caller, now, reason);
        let transaction = begin(&mut self.conn)?;
        write_grant(&transaction, &act, hash, needs)?;
        transaction.execute(
            "INSERT INTO bm_plugin_change (plugin, hash, action, at, caller, reason) \
             VALUES (?, ?, 'grant', ?, ?, ?)",
            params![plugin, hash, act.at, act.caller, act.reason],
        )?;
        let details = json!({ "plugin": plugin, "hash": hash, "grant": needs });
        act.note(&transaction, "plugin grant", None, 1, &details)?;
        Ok(transaction.commit()?)
    }

    /// Lists the keys that are known, each as its last line tells.
    pub fn plugin_keys(&self) -> Result<Vec<PluginKey>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT key, public, owner, province, valid_from, valid_to, trusted FROM bm_plugin_key \
             WHERE id IN (SELECT max(id) FROM bm_plugin_key GROUP BY key) ORDER BY id",
        )?;
        let mut rows = statement.query([])?;
        let mut keys = Vec::new();
        while let Some(row) = rows.next()? {
            keys.push(PluginKey {
                key: row.get(0)?,
                public: row.get(1)?,
                owner: row.get(2)?,
                province: row.get(3)?,
                valid_from: day(row.get(4)?)?,
                valid_to: day(row.get(5)?)?,
                trusted: row.get(6)?,
            });
        }
        Ok(keys)
    }

    /// Writes down a key, trusted or not any more.
    pub fn note_plugin_key(
        &mut self,
        key: &PluginKey,
        caller: &Caller,
        now: Timestamp,
        reason: &str,
    ) -> Result<(), StoreError> {
        let act = Act::new(caller, now, reason);
        let transaction = begin(&mut self.conn)?;
        let date = |day: Option<Date>| day.map(|day| day.to_string());
        transaction.execute(
            "INSERT INTO bm_plugin_key \
             (key, public, owner, province, valid_from, valid_to, trusted, at, caller, reason) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            params![
                key.key,
                key.public,
                key.owner,
                key.province,
                date(key.valid_from),
                date(key.valid_to),
                key.trusted,
                act.at,
                act.caller,
                act.reason
            ],
        )?;
        let action = if key.trusted { "plugin key trust" } else { "plugin key distrust" };
        let details = json!({ "key": key.key, "owner": key.owner, "province": key.province });
        act.note(&transaction, action, None, 1, &details)?;
        Ok(transaction.commit()?)
    }

    /// Lists what may not be used any more, with the reason, oldest first.
    pub fn plugin_revocations(&self) -> Result<Vec<(String, String)>, StoreError> {
        revoked(&self.conn)
    }

    /// Lets a file, or a package, of this hash never be used again.
    pub fn revoke_plugin(
        &mut self,
        hash: &str,
        caller: &Caller,
        now: Timestamp,
        reason: &str,
    ) -> Result<(), StoreError> {
        let act = Act::new(caller, now, reason);
        let transaction = begin(&mut self.conn)?;
        transaction.execute(
            "INSERT INTO bm_plugin_revoked (hash, at, caller, reason) VALUES (?, ?, ?, ?) \
             ON CONFLICT (hash) DO NOTHING",
            params![hash, act.at, act.caller, act.reason],
        )?;
        act.note(&transaction, "plugin revoke", None, 1, &json!({ "hash": hash }))?;
        Ok(transaction.commit()?)
    }

    /// Returns a secret of this installation, made at its first use.
    pub fn plugin_secret(&self, name: &str) -> Result<Vec<u8>, StoreError> {
        self.conn.execute(
            "INSERT INTO bm_plugin_secret (name, value) VALUES (?, randomblob(32)) \
             ON CONFLICT (name) DO NOTHING",
            [name],
        )?;
        let value = "SELECT value FROM bm_plugin_secret WHERE name = ?";
        Ok(self.conn.query_row(value, [name], |row| row.get(0))?)
    }
}

/// Reads which plugins are in use in the store `path`, without opening it for writing; none when
/// there is no such file, or it is older than plugins in the store.
pub fn plugins_in_use(path: &Path) -> Result<PluginsInUse, StoreError> {
    if !path.exists() {
        return Ok(PluginsInUse::default());
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let failed = |source| StoreError::Open { path: path.to_owned(), source };
    let conn =
        Connection::open_with_flags(std::path::absolute(path).unwrap_or(path.to_owned()), flags)
            .map_err(failed)?;
    crate::store::harden(&conn).map_err(failed)?;
    let known = "SELECT count(*) FROM sqlite_schema WHERE name = 'bm_plugin_revoked'";
    if conn.query_row(known, [], |row| row.get::<_, i64>(0)).map_err(failed)? == 0 {
        return Ok(PluginsInUse::default());
    }
    in_use(&conn)
}

fn in_use(conn: &Connection) -> Result<PluginsInUse, StoreError> {
    let mut statement = conn.prepare(
        "SELECT package.hash, package.plugin, version, key, comment, package.at, package.caller, \
         bytes FROM bm_plugin_change AS change \
         JOIN bm_plugin_package AS package ON package.hash = change.hash \
         WHERE change.id IN (SELECT max(id) FROM bm_plugin_change WHERE action <> 'grant' \
                             GROUP BY plugin) \
         ORDER BY package.plugin",
    )?;
    let mut rows = statement.query([])?;
    let mut plugins = Vec::new();
    while let Some(row) = rows.next()? {
        let package = package(row)?;
        let grant = grant_of(conn, &package.hash)?.unwrap_or_default();
        plugins.push(PluginInUse { package, bytes: row.get(7)?, grant });
    }
    Ok(PluginsInUse { state: state(conn)?, plugins, revoked: revoked(conn)? })
}

fn state(conn: &Connection) -> Result<i64, StoreError> {
    let sum = "SELECT (SELECT coalesce(max(id), 0) FROM bm_plugin_change) \
                    + (SELECT coalesce(max(id), 0) FROM bm_plugin_revoked)";
    Ok(conn.prepare_cached(sum)?.query_row([], |row| row.get(0))?)
}

fn revoked(conn: &Connection) -> Result<Vec<(String, String)>, StoreError> {
    let mut statement = conn.prepare("SELECT hash, reason FROM bm_plugin_revoked ORDER BY id")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn grant_of(conn: &Connection, hash: &str) -> Result<Option<Vec<String>>, StoreError> {
    let last = "SELECT needs FROM bm_plugin_grant WHERE hash = ? ORDER BY id DESC LIMIT 1";
    let text: Option<String> =
        conn.prepare_cached(last)?.query_row([hash], |row| row.get(0)).optional()?;
    let inconsistent = || StoreError::Inconsistent(format!("grant of package {hash}"));
    text.map(|text| serde_json::from_str(&text).map_err(|_| inconsistent())).transpose()
}

fn write_grant(
    transaction: &Transaction<'_>,
    act: &Act,
    hash: &str,
    needs: &[String],
) -> rusqlite::Result<()> {
    let needs = Json::from(needs.to_vec()).to_string();
    transaction.execute(
        "INSERT INTO bm_plugin_grant (hash, needs, at, caller) VALUES (?, ?, ?, ?)",
        params![hash, needs, act.at, act.caller],
    )?;
    Ok(())
}

fn write_change(
    transaction: &Transaction<'_>,
    act: &Act,
    plugin: &str,
    hash: Option<&str>,
    change: PluginChange,
) -> rusqlite::Result<()> {
    transaction.execute(
        "INSERT INTO bm_plugin_change (plugin, hash, action, at, caller, reason) \
         VALUES (?, ?, ?, ?, ?, ?)",
        params![plugin, hash, change.word(), act.at, act.caller, act.reason],
    )?;
    Ok(())
}

fn begin(conn: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    conn.transaction_with_behavior(TransactionBehavior::Immediate)
}

fn package(row: &rusqlite::Row<'_>) -> Result<PluginPackage, StoreError> {
    Ok(PluginPackage {
        hash: row.get(0)?,
        plugin: row.get(1)?,
        version: row.get(2)?,
        key: row.get(3)?,
        comment: row.get(4)?,
        at: crate::audit::time(&row.get::<_, String>(5)?)?,
        caller: row.get(6)?,
    })
}

fn day(text: Option<String>) -> Result<Option<Date>, StoreError> {
    let read = |text: String| {
        text.parse().map_err(|_| StoreError::Inconsistent(format!("day `{text}` of a key")))
    };
    text.map(read).transpose()
}
