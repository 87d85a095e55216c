"""The run state machine in the database: an unknown transition is refused, whoever asks."""

from django.db import migrations

STATE_MACHINE = """
CREATE FUNCTION training_check_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = NEW.state THEN
        IF OLD.state IN ('succeeded', 'failed', 'cancelled') THEN
            RAISE EXCEPTION 'run % has ended and cannot change', OLD.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ended_runs_are_final';
        END IF;
        RETURN NEW;
    END IF;
    IF NOT (OLD.state, NEW.state) IN (
        ('draft', 'queued'),
        ('queued', 'claimed'), ('queued', 'cancelled'),
        ('claimed', 'running'), ('claimed', 'stopping'), ('claimed', 'retry_wait'),
        ('claimed', 'failed'), ('claimed', 'cancelled'),
        ('running', 'stopping'), ('running', 'retry_wait'), ('running', 'succeeded'),
        ('running', 'failed'), ('running', 'cancelled'),
        ('stopping', 'cancelled'), ('stopping', 'paused'), ('stopping', 'retry_wait'),
        ('stopping', 'failed'),
        ('retry_wait', 'queued'), ('retry_wait', 'cancelled'),
        ('paused', 'queued'), ('paused', 'cancelled')
    ) THEN
        RAISE EXCEPTION 'a run cannot go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'known_transitions_only';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER known_transitions BEFORE UPDATE ON training_run
    FOR EACH ROW EXECUTE FUNCTION training_check_transition();
CREATE FUNCTION training_check_spec() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' THEN
        RAISE EXCEPTION 'the spec of a submitted run is immutable'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'spec_is_immutable';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER spec_is_immutable BEFORE UPDATE OF spec, spec_sha256, stage, seed ON training_run
    FOR EACH ROW WHEN (OLD.spec IS DISTINCT FROM NEW.spec OR OLD.stage <> NEW.stage
        OR OLD.seed <> NEW.seed)
    EXECUTE FUNCTION training_check_spec();
"""
DROP_STATE_MACHINE = """
DROP TRIGGER spec_is_immutable ON training_run;
DROP FUNCTION training_check_spec();
DROP TRIGGER known_transitions ON training_run;
DROP FUNCTION training_check_transition();
"""

APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON training_runevent
    FOR EACH ROW EXECUTE FUNCTION concord_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON training_snapshot
    FOR EACH ROW EXECUTE FUNCTION concord_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON training_snapshotranking
    FOR EACH ROW EXECUTE FUNCTION concord_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON training_snapshotdemonstration
    FOR EACH ROW EXECUTE FUNCTION concord_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON training_snapshotprompt
    FOR EACH ROW EXECUTE FUNCTION concord_refuse_change();
"""
DROP_APPEND_ONLY = """
DROP TRIGGER append_only ON training_snapshotprompt;
DROP TRIGGER append_only ON training_snapshotdemonstration;
DROP TRIGGER append_only ON training_snapshotranking;
DROP TRIGGER append_only ON training_snapshot;
DROP TRIGGER append_only ON training_runevent;
"""


class Migration(migrations.Migration):
    dependencies = [("training", "0001_initial"), ("labeling", "0002_integrity")]

    operations = [
        migrations.RunSQL(STATE_MACHINE, DROP_STATE_MACHINE),
        migrations.RunSQL(APPEND_ONLY, DROP_APPEND_ONLY),
    ]
