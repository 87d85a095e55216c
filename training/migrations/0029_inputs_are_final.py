"""What a run read stays what it was, labels behind a model too; the hash goes with its spec."""

from django.db import migrations

FINAL = """
CREATE TRIGGER append_only BEFORE UPDATE ON training_runinput
    FOR EACH ROW EXECUTE FUNCTION concord_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON training_labelsbehind
    FOR EACH ROW EXECUTE FUNCTION concord_refuse_change();
DROP TRIGGER spec_is_immutable ON training_run;
CREATE TRIGGER spec_is_immutable BEFORE UPDATE OF spec, spec_sha256, stage, seed ON training_run
    FOR EACH ROW WHEN (OLD.spec IS DISTINCT FROM NEW.spec OR OLD.stage <> NEW.stage
        OR OLD.seed <> NEW.seed OR OLD.spec_sha256 <> NEW.spec_sha256)
    EXECUTE FUNCTION training_check_spec();
"""
AS_BEFORE = """
DROP TRIGGER spec_is_immutable ON training_run;
CREATE TRIGGER spec_is_immutable BEFORE UPDATE OF spec, spec_sha256, stage, seed ON training_run
    FOR EACH ROW WHEN (OLD.spec IS DISTINCT FROM NEW.spec OR OLD.stage <> NEW.stage
        OR OLD.seed <> NEW.seed)
    EXECUTE FUNCTION training_check_spec();
DROP TRIGGER append_only ON training_labelsbehind;
DROP TRIGGER append_only ON training_runinput;
"""


class Migration(migrations.Migration):
    dependencies = [("training", "0028_eval_snapshots")]

    operations = [migrations.RunSQL(FINAL, AS_BEFORE)]
