//! The two schemas are one: tables, columns, indexes, foreign keys.

use std::collections::{BTreeMap, BTreeSet};

use diesel::connection::Connection as _;
use diesel::sql_types::{Integer, Nullable, Text};
use diesel::{QueryableByName, RunQueryDsl as _, SqliteConnection};

use crate::support::backends::{Backend, Servers, embedded, on_servers};

/// What a schema says, without what only one database has words for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Schema {
    /// `table.column` → storage class and whether it may be null.
    columns: BTreeMap<String, (String, bool)>,
    /// `table: (columns)`, the name (none for a primary key), and whether it is unique.
    indexes: BTreeSet<(String, Option<String>, bool)>,
    /// `table.column → table.column on delete action`.
    foreign_keys: BTreeSet<String>,
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    class: String,
    #[diesel(sql_type = Integer)]
    required: i32,
}

#[derive(QueryableByName)]
struct Index {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Nullable<Text>)]
    name: Option<String>,
    #[diesel(sql_type = Integer)]
    is_unique: i32,
    #[diesel(sql_type = Text)]
    columns: String,
}

#[derive(QueryableByName)]
struct ForeignKey {
    #[diesel(sql_type = Text)]
    words: String,
}

const SQLITE_COLUMNS: &str = "select m.name as table_name, c.name as name, lower(c.type) as class, c.\"notnull\" as required \
    from sqlite_schema m, pragma_table_info(m.name) c where m.type = 'table' and m.name not like '\\_\\_%' escape '\\' and m.name not like 'sqlite\\_%' escape '\\'";
const SQLITE_INDEXES: &str = "select m.name as table_name, case when i.origin = 'c' then i.name end as name, i.\"unique\" as is_unique, \
    (select group_concat(name, ',') from (select name from pragma_index_info(i.name) order by seqno)) as columns \
    from sqlite_schema m, pragma_index_list(m.name) i where m.type = 'table' and m.name not like '\\_\\_%' escape '\\'";
const SQLITE_FOREIGN_KEYS: &str = "select m.name || '.' || f.\"from\" || ' -> ' || f.\"table\" || '.' || f.\"to\" || ' on delete ' || lower(f.on_delete) as words \
    from sqlite_schema m, pragma_foreign_key_list(m.name) f where m.type = 'table'";

fn of_sqlite(backend: &Backend) -> Schema {
    let file = backend.directory.join("authy.db");
    let mut connection = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    let columns: Vec<Column> = diesel::sql_query(SQLITE_COLUMNS).load(&mut connection).unwrap();
    let indexes: Vec<Index> = diesel::sql_query(SQLITE_INDEXES).load(&mut connection).unwrap();
    let foreign_keys: Vec<ForeignKey> = diesel::sql_query(SQLITE_FOREIGN_KEYS).load(&mut connection).unwrap();
    Schema {
        columns: columns.into_iter().map(|it| (format!("{}.{}", it.table_name, it.name), (it.class, it.required == 0))).collect(),
        indexes: indexes.into_iter().map(|it| (format!("{}: ({})", it.table_name, it.columns), it.name, it.is_unique == 1)).collect(),
        foreign_keys: foreign_keys.into_iter().map(|it| it.words).collect(),
    }
}

/// What a Postgres type is kept as on SQLite.
fn class_of(postgres: &str) -> &'static str {
    match postgres {
        "text" | "jsonb" => "text",
        "boolean" | "integer" | "bigint" | "timestamp with time zone" => "integer",
        "bytea" | "uuid" => "blob",
        other => panic!("{other} has no counterpart on SQLite"),
    }
}

const POSTGRES_COLUMNS: &str = "select table_name::text, column_name::text, data_type::text, is_nullable = 'YES' \
    from information_schema.columns where table_schema = 'public' and table_name not like '\\_\\_%' \
    and not exists (select from pg_class c where c.relname = table_name and c.relispartition)";
const POSTGRES_INDEXES: &str = "select t.relname::text, case when i.indisprimary then null else c.relname::text end, i.indisunique, \
    (select string_agg(a.attname::text, ',' order by k.position) from unnest(i.indkey) with ordinality k(number, position) \
    join pg_attribute a on a.attrelid = t.oid and a.attnum = k.number) \
    from pg_index i join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid \
    join pg_namespace n on n.oid = t.relnamespace where n.nspname = 'public' and not t.relispartition and t.relname not like '\\_\\_%'";
const POSTGRES_FOREIGN_KEYS: &str = "select k.table_name || '.' || k.column_name || ' -> ' || u.table_name || '.' || u.column_name \
    || ' on delete ' || lower(r.delete_rule) from information_schema.referential_constraints r \
    join information_schema.key_column_usage k using (constraint_schema, constraint_name) \
    join information_schema.constraint_column_usage u using (constraint_schema, constraint_name)";

async fn of_postgres(url: &str) -> Schema {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    let columns = client.query(POSTGRES_COLUMNS, &[]).await.unwrap();
    let indexes = client.query(POSTGRES_INDEXES, &[]).await.unwrap();
    let foreign_keys = client.query(POSTGRES_FOREIGN_KEYS, &[]).await.unwrap();
    let column = |row: &tokio_postgres::Row| {
        let (table, name, class): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        (format!("{table}.{name}"), (class_of(&class).to_owned(), row.get(3)))
    };
    let index = |row: &tokio_postgres::Row| {
        let (table, columns): (String, String) = (row.get(0), row.get(3));
        (format!("{table}: ({columns})"), row.get(1), row.get(2))
    };
    let schema = Schema {
        columns: columns.iter().map(column).collect(),
        indexes: indexes.iter().map(index).collect(),
        foreign_keys: foreign_keys.iter().map(|row| row.get(0)).collect(),
    };
    drop(client);
    driver.await.unwrap().unwrap();
    schema
}

#[tokio::test]
async fn both_databases_have_the_same_schema() {
    let Some(servers) = Servers::from_environment() else { return };
    let sqlite = std::sync::Mutex::new(Schema::default());
    embedded(&async |backend: Backend| *sqlite.lock().unwrap() = of_sqlite(&backend)).await;
    let sqlite = sqlite.into_inner().unwrap();
    assert!(sqlite.columns.len() > 80 && sqlite.indexes.len() > 25 && sqlite.foreign_keys.len() > 10, "{sqlite:#?}");
    on_servers(&servers, &async |backend: Backend| {
        let postgres = of_postgres(&backend.options.url).await;
        assert_eq!(postgres.columns, sqlite.columns);
        assert_eq!(postgres.indexes, sqlite.indexes);
        assert_eq!(postgres.foreign_keys, sqlite.foreign_keys);
    })
    .await;
}
