"""Slots carry their project and their place in the order of serving, and some rows never change."""

import django.db.models.deletion
from django.db import migrations, models

FILL_IN = """
UPDATE labeling_assignment SET project_id = task.project_id, serve_key = task.shuffle_key
FROM labeling_task AS task WHERE task.id = task_id;
SET CONSTRAINTS ALL IMMEDIATE;
"""

SLOT_IN_THE_TASKS_PROJECT = """
ALTER TABLE labeling_assignment
    ADD CONSTRAINT slot_in_the_tasks_project
        FOREIGN KEY (task_id, project_id) REFERENCES labeling_task (id, project_id);
"""
DROP_SLOT_IN_THE_TASKS_PROJECT = """
ALTER TABLE labeling_assignment DROP CONSTRAINT slot_in_the_tasks_project;
"""

APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON labeling_auditentry
    FOR EACH ROW EXECUTE FUNCTION concord_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE ON labeling_promptannotation
    FOR EACH ROW EXECUTE FUNCTION concord_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE ON labeling_consentversion
    FOR EACH ROW EXECUTE FUNCTION concord_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE ON labeling_instructionversion
    FOR EACH ROW EXECUTE FUNCTION concord_refuse_change();
"""
DROP_APPEND_ONLY = """
DROP TRIGGER append_only ON labeling_instructionversion;
DROP TRIGGER append_only ON labeling_consentversion;
DROP TRIGGER append_only ON labeling_promptannotation;
DROP TRIGGER append_only ON labeling_auditentry;
"""


class Migration(migrations.Migration):
    dependencies = [("labeling", "0005_labeling_workplace")]

    operations = [
        migrations.RunSQL(FILL_IN, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="assignment",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="labeling.project",
            ),
        ),
        migrations.AlterField(model_name="assignment", name="serve_key", field=models.FloatField()),
        migrations.RunSQL(SLOT_IN_THE_TASKS_PROJECT, DROP_SLOT_IN_THE_TASKS_PROJECT),
        migrations.RunSQL(APPEND_ONLY, DROP_APPEND_ONLY),
    ]
