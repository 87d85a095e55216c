"""Three more transitions: a lost runner must not block a pause, and finished work is kept.

claimed or running to paused: the lease ran out, or the trainer died, while a pause was asked for.
stopping to succeeded: the trainer ended its last step before it saw that it should pause.
"""

from django.db import migrations

REPLACE_STATE_MACHINE = """
CREATE OR REPLACE FUNCTION training_check_transition() RETURNS trigger LANGUAGE plpgsql AS $$
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
        {added}
    ) THEN
        RAISE EXCEPTION 'a run cannot go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'known_transitions_only';
    END IF;
    RETURN NEW;
END $$;
"""
ADDED = ", ('claimed', 'paused'), ('running', 'paused'), ('stopping', 'succeeded')"


class Migration(migrations.Migration):
    dependencies = [("training", "0002_state_machine")]

    operations = [
        migrations.RunSQL(
            REPLACE_STATE_MACHINE.replace("{added}", ADDED),
            REPLACE_STATE_MACHINE.replace("{added}", ""),
        ),
    ]
