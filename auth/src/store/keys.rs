//! The keys' rows.

use crate::error::Result;
use crate::store::rows::{KeyRow, millis};
use crate::store::{Store, Writing};

const KEYS: &str = "select * from keys order by created_at, id";

impl Store {
    /// The keys, oldest first.
    pub(crate) async fn keys(&self) -> Result<Vec<KeyRow>> {
        let rows = sqlx::query(KEYS)
            .fetch_all(&mut *self.reader().await?)
            .await?;
        rows.iter().map(KeyRow::read).collect()
    }
}

impl Writing {
    /// The keys, oldest first. Nodes that look after them come here one after the other: the number's row
    /// is locked until the end of the transaction.
    pub(crate) async fn keys(&mut self) -> Result<Vec<KeyRow>> {
        sqlx::query("update counters set value = value where name = 'keys'")
            .execute(self.connection())
            .await?;
        let rows = sqlx::query(KEYS).fetch_all(self.connection()).await?;
        rows.iter().map(KeyRow::read).collect()
    }

    /// Tells the other nodes that the keys are not what they were. Returns the number of this change.
    pub(crate) async fn keys_changed(&mut self) -> Result<i64> {
        self.tell_others();
        Ok(self.next("keys").await?)
    }

    /// Writes what changes in a key's life; the key itself stays.
    pub(crate) async fn update_key(&mut self, key: &KeyRow) -> Result<()> {
        sqlx::query(
            "update keys set sealed_private_key = $1, promote_at = $2, promoted_at = $3, retired_at = $4
             where id = $5",
        )
        .bind(key.sealed_private_key.clone())
        .bind(key.promote_at.map(millis))
        .bind(key.promoted_at.map(millis))
        .bind(key.retired_at.map(millis))
        .bind(key.id.clone())
        .execute(self.connection())
        .await?;
        Ok(())
    }

    pub(crate) async fn delete_key(&mut self, id: &str) -> Result<()> {
        let query = sqlx::query("delete from keys where id = $1").bind(id.to_owned());
        query.execute(self.connection()).await?;
        Ok(())
    }

    pub(crate) async fn insert_key(&mut self, key: &KeyRow) -> Result<()> {
        sqlx::query(
            "insert into keys (id, algorithm, public_key, sealed_private_key, created_at, promote_at, promoted_at,
                               retired_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(key.id.clone())
        .bind(key.algorithm.clone())
        .bind(key.public_key.clone())
        .bind(key.sealed_private_key.clone())
        .bind(millis(key.created_at))
        .bind(key.promote_at.map(millis))
        .bind(key.promoted_at.map(millis))
        .bind(key.retired_at.map(millis))
        .execute(self.connection())
        .await?;
        Ok(())
    }
}
