"""The index of texts: trigrams on either database. What a database cannot do makes searches slower, never this fail."""

from django.db import DatabaseError, migrations, transaction

TABLE = "user_management_indexed_text"
POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX IF NOT EXISTS indexed_user_text ON user_management_indexeduser USING gin (text gin_trgm_ops)",
    # What stands in how many texts is estimated from a sample; a larger one keeps rare and common words apart.
    "ALTER TABLE user_management_indexeduser ALTER COLUMN text SET STATISTICS 500",
)
SQLITE = (
    "CREATE VIRTUAL TABLE user_management_indexed_text USING fts5"
    "(text, content='user_management_indexeduser', content_rowid='id', tokenize='trigram case_sensitive 1')",
    "CREATE TRIGGER user_management_indexed_text_added AFTER INSERT ON user_management_indexeduser BEGIN"
    " INSERT INTO user_management_indexed_text(rowid, text) VALUES (new.id, new.text); END",
    "CREATE TRIGGER user_management_indexed_text_removed AFTER DELETE ON user_management_indexeduser BEGIN"
    " INSERT INTO user_management_indexed_text(user_management_indexed_text, rowid, text) VALUES ('delete', old.id, old.text); END",
    "CREATE TRIGGER user_management_indexed_text_changed AFTER UPDATE OF text ON user_management_indexeduser BEGIN"
    " INSERT INTO user_management_indexed_text(user_management_indexed_text, rowid, text) VALUES ('delete', old.id, old.text);"
    " INSERT INTO user_management_indexed_text(rowid, text) VALUES (new.id, new.text); END",
)


def create(apps, schema_editor):
    connection = schema_editor.connection
    statements = {"postgresql": POSTGRESQL, "sqlite": SQLITE}.get(connection.vendor, ())
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    except DatabaseError as refusal:
        print(f"  The index of texts was not created, so searches will be slower: {refusal}")


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        if schema_editor.connection.vendor == "postgresql":
            cursor.execute("DROP INDEX IF EXISTS indexed_user_text")
        elif schema_editor.connection.vendor == "sqlite":
            for name in ("added", "removed", "changed"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_{name}")
            cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")


class Migration(migrations.Migration):
    dependencies = [("user_management", "0001_initial")]
    operations = [migrations.RunPython(create, drop, elidable=False)]
