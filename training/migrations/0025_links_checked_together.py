"""The links of a snapshot to its rankings are checked together instead of one by one."""

import django.db.models.deletion
from django.db import migrations, models

# Neither side is ever deleted or renumbered: both refuse it. So that both are there matters once,
# when a link is made, and a million links are one question.
CHECK = """
CREATE FUNCTION training_check_links() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    missing text;
BEGIN
    SELECT 'ranking ' || added.ranking_id INTO missing FROM added
        LEFT JOIN labeling_ranking AS ranking ON ranking.id = added.ranking_id
        WHERE ranking.id IS NULL LIMIT 1;
    IF missing IS NULL THEN
        SELECT 'snapshot ' || named.snapshot_id INTO missing
            FROM (SELECT DISTINCT snapshot_id FROM added) AS named
            LEFT JOIN training_snapshot AS snapshot ON snapshot.id = named.snapshot_id
            WHERE snapshot.id IS NULL LIMIT 1;
    END IF;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'a link names % that does not exist', missing
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'links_name_what_there_is';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER links_name_what_there_is AFTER INSERT ON training_snapshotranking
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION training_check_links();
"""
DROP_CHECK = """
DROP TRIGGER links_name_what_there_is ON training_snapshotranking;
DROP FUNCTION training_check_links();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("training", "0024_model_traits"),
    ]

    operations = [
        migrations.AlterField(
            model_name="snapshotranking",
            name="ranking",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="snapshot_links",
                to="labeling.ranking",
            ),
        ),
        migrations.AlterField(
            model_name="snapshotranking",
            name="snapshot",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="ranking_links",
                to="training.snapshot",
            ),
        ),
        migrations.RunSQL(CHECK, DROP_CHECK),
    ]
