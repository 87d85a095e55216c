"""A run begins as a draft: a row that is stored in any other state is refused, whoever asks."""

from django.db import migrations

BEGIN_AS_DRAFTS = """
CREATE FUNCTION training_check_first_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a run begins as a draft and not as %', NEW.state
        USING ERRCODE = 'check_violation', CONSTRAINT = 'runs_begin_as_drafts';
END $$;
CREATE TRIGGER runs_begin_as_drafts BEFORE INSERT ON training_run
    FOR EACH ROW WHEN (NEW.state IS DISTINCT FROM 'draft')
    EXECUTE FUNCTION training_check_first_state();
"""
DROP_BEGIN_AS_DRAFTS = """
DROP TRIGGER runs_begin_as_drafts ON training_run;
DROP FUNCTION training_check_first_state();
"""


class Migration(migrations.Migration):
    dependencies = [("training", "0022_kill_requests")]

    operations = [migrations.RunSQL(BEGIN_AS_DRAFTS, DROP_BEGIN_AS_DRAFTS)]
