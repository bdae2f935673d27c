//! The rule of the catalogue, so that a large operator can distribute PostgreSQL by commune.

/// A key of the catalogue and the column it begins with.
#[derive(Debug, Clone, PartialEq, Eq, sea_orm::FromQueryResult)]
pub(super) struct KeyRow {
    pub table_name: String,
    pub key_name: String,
    /// Absent when the table has no primary key.
    pub first_column: Option<String>,
}

/// Sign-in names the commune by its slug before anything else is known.
const GLOBAL_INDEX: &str = "commune_slug";
/// The record of migrations is no data of a commune.
const MIGRATIONS: &str = "_sqlx_migrations";

pub(super) fn violations(keys: &[KeyRow]) -> Vec<String> {
    let broken = keys.iter().filter(|key| {
        key.table_name != MIGRATIONS
            && key.key_name != GLOBAL_INDEX
            && key.first_column.as_deref() != Some("commune_id")
    });
    broken.map(|key| format!("{}: {}", key.table_name, key.key_name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_by_table() {
        let key = |table: &str, key: &str, first: Option<&str>| KeyRow {
            table_name: table.into(),
            key_name: key.into(),
            first_column: first.map(str::to_owned),
        };
        let keys = [
            key("family", "primary key", Some("commune_id")),
            key("commune", "commune_slug", Some("slug")),
            key("_sqlx_migrations", "primary key", Some("version")),
            key("secret", "primary key", None),
            key("device", "device_label", Some("label")),
        ];
        assert_eq!(violations(&keys), ["secret: primary key", "device: device_label"]);
    }
}
