"""Whoever wrote the same words as another one is a source too, and agreement tells them apart."""

from django.db import migrations

SOURCES = """
INSERT INTO labeling_completionsource (kind, name)
SELECT DISTINCT 'imported', jsonb_array_elements_text(sampling -> 'also_by')
FROM labeling_completion WHERE sampling ? 'also_by'
ON CONFLICT (name) DO NOTHING
"""
# All of it is derived, and worked out anew by the next refresh.
FORGET = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM labeling_completion WHERE sampling ? 'also_by') THEN
        DELETE FROM labeling_labelermeeting;
        DELETE FROM labeling_promptagreement;
        DELETE FROM labeling_labelerday;
    END IF;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("labeling", "0023_exported_prompts"),
    ]

    operations = [
        migrations.RunSQL(SOURCES, migrations.RunSQL.noop),
        migrations.RunSQL(FORGET, migrations.RunSQL.noop),
    ]
