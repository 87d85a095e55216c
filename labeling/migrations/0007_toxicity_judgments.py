"""A toxicity project's rankings carry its four numbers and no others do (R39)."""

from django.db import migrations

# Fired once per ranking: the check of a whole ranking (0002) lets no item be added later.
WHOLE_TOXICITY = """
CREATE FUNCTION labeling_check_toxicity() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_kind text;
    num_items integer;
    num_rated integer;
    num_untouched integer;
BEGIN
    SELECT project.kind INTO the_kind
        FROM labeling_task AS task JOIN labeling_project AS project ON project.id = task.project_id
        WHERE task.id = NEW.task_id;
    SELECT count(*),
            count(*) FILTER (WHERE num_nulls(toxicity, relative_toxicity, continuity) = 0
                AND rating IS NULL),
            count(*) FILTER (WHERE num_nonnulls(toxicity, relative_toxicity, continuity) = 0)
        INTO num_items, num_rated, num_untouched
        FROM labeling_rankedcompletion WHERE ranking_id = NEW.id;
    IF the_kind = 'toxicity' THEN
        IF NEW.input_toxicity IS NULL OR num_rated <> num_items THEN
            RAISE EXCEPTION 'toxicity ranking rates % of % completions', num_rated, num_items
                USING ERRCODE = 'check_violation', CONSTRAINT = 'toxicity_tasks_are_rated';
        END IF;
    ELSIF NEW.input_toxicity IS NOT NULL OR num_untouched <> num_items THEN
        RAISE EXCEPTION 'toxicity rated in a % project', the_kind
            USING ERRCODE = 'check_violation', CONSTRAINT = 'only_toxicity_tasks_are_rated';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER whole_toxicity
    AFTER INSERT ON labeling_ranking DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION labeling_check_toxicity();
"""
DROP_WHOLE_TOXICITY = """
DROP TRIGGER whole_toxicity ON labeling_ranking;
DROP FUNCTION labeling_check_toxicity();
"""

# Everything a labeler says stays as it was said, the newer columns too.
APPEND_ONLY = """
CREATE TRIGGER append_only_verdict BEFORE UPDATE OF none_acceptable, input_toxicity
    ON labeling_ranking
    FOR EACH ROW EXECUTE FUNCTION concord_refuse_change();
"""
DROP_APPEND_ONLY = """
DROP TRIGGER append_only_verdict ON labeling_ranking;
"""


class Migration(migrations.Migration):
    dependencies = [("labeling", "0006_serving_order")]

    operations = [
        migrations.RunSQL(WHOLE_TOXICITY, DROP_WHOLE_TOXICITY),
        migrations.RunSQL(APPEND_ONLY, DROP_APPEND_ONLY),
    ]
