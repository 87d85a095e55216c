"""What Django cannot say: composite keys, the deferred check of a whole ranking, append-only rows.

An invalid ranking is impossible here, whatever the code above does.
"""

from django.db import migrations

COMPOSITE_KEYS = """
ALTER TABLE labeling_taskcompletion
    ADD CONSTRAINT shown_task_has_this_prompt
        FOREIGN KEY (task_id, prompt_id) REFERENCES labeling_task (id, prompt_id),
    ADD CONSTRAINT shown_completion_answers_this_prompt
        FOREIGN KEY (completion_id, prompt_id) REFERENCES labeling_completion (id, prompt_id);
ALTER TABLE labeling_rankedcompletion
    ADD CONSTRAINT ranked_in_the_rankings_task
        FOREIGN KEY (ranking_id, task_id) REFERENCES labeling_ranking (id, task_id),
    ADD CONSTRAINT ranked_completion_was_shown
        FOREIGN KEY (task_id, completion_id)
        REFERENCES labeling_taskcompletion (task_id, completion_id);
"""
DROP_COMPOSITE_KEYS = """
ALTER TABLE labeling_rankedcompletion
    DROP CONSTRAINT ranked_in_the_rankings_task, DROP CONSTRAINT ranked_completion_was_shown;
ALTER TABLE labeling_taskcompletion
    DROP CONSTRAINT shown_task_has_this_prompt,
    DROP CONSTRAINT shown_completion_answers_this_prompt;
"""

WHOLE_RANKING = """
CREATE FUNCTION labeling_check_ranking() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_ranking labeling_ranking%ROWTYPE;
    task_k integer;
    task_origin text;
    num_items integer;
    num_ranks integer;
    lowest integer;
    highest integer;
BEGIN
    IF TG_TABLE_NAME = 'labeling_ranking' THEN
        SELECT * INTO the_ranking FROM labeling_ranking WHERE id = NEW.id;
    ELSE
        SELECT * INTO the_ranking FROM labeling_ranking WHERE id = NEW.ranking_id;
    END IF;
    SELECT k, origin INTO task_k, task_origin FROM labeling_task WHERE id = the_ranking.task_id;
    IF the_ranking.is_partial AND task_origin <> 'imported' THEN
        RAISE EXCEPTION 'only imported judgments may be partial'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'native_rankings_are_complete';
    END IF;
    IF (NOT the_ranking.is_partial AND the_ranking.k <> task_k) OR the_ranking.k > task_k THEN
        RAISE EXCEPTION 'ranking of % completions for a task of %', the_ranking.k, task_k
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ranking_k_fits_its_task';
    END IF;
    SELECT count(*), count(DISTINCT rank), min(rank), max(rank)
        INTO num_items, num_ranks, lowest, highest
        FROM labeling_rankedcompletion WHERE ranking_id = the_ranking.id;
    IF num_items <> the_ranking.k THEN
        RAISE EXCEPTION 'ranking holds % of % completions', num_items, the_ranking.k
            USING ERRCODE = 'check_violation', CONSTRAINT = 'every_completion_is_ranked';
    END IF;
    IF lowest <> 1 OR highest <> num_ranks THEN
        RAISE EXCEPTION 'ranks are not dense: lowest %, highest %, distinct %',
            lowest, highest, num_ranks
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ranks_are_dense';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER whole_ranking_on_ranking
    AFTER INSERT ON labeling_ranking DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION labeling_check_ranking();
CREATE CONSTRAINT TRIGGER whole_ranking_on_item
    AFTER INSERT ON labeling_rankedcompletion DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION labeling_check_ranking();
"""
DROP_WHOLE_RANKING = """
DROP TRIGGER whole_ranking_on_item ON labeling_rankedcompletion;
DROP TRIGGER whole_ranking_on_ranking ON labeling_ranking;
DROP FUNCTION labeling_check_ranking();
"""

APPEND_ONLY = """
CREATE FUNCTION concord_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% rows are append-only', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'append_only';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON labeling_rankedcompletion
    FOR EACH ROW EXECUTE FUNCTION concord_refuse_change();
CREATE TRIGGER append_only_text BEFORE UPDATE OF text, prompt_id, source_id ON labeling_completion
    FOR EACH ROW EXECUTE FUNCTION concord_refuse_change();
CREATE TRIGGER append_only_text BEFORE UPDATE OF text ON labeling_prompt
    FOR EACH ROW EXECUTE FUNCTION concord_refuse_change();
CREATE TRIGGER append_only_text BEFORE UPDATE OF text, prompt_id, labeler_id
    ON labeling_demonstration
    FOR EACH ROW EXECUTE FUNCTION concord_refuse_change();
CREATE TRIGGER append_only_judgment BEFORE UPDATE OF task_id, labeler_id, k, is_partial,
        client_key, payload_sha256, submitted_at ON labeling_ranking
    FOR EACH ROW EXECUTE FUNCTION concord_refuse_change();
CREATE TRIGGER append_only BEFORE DELETE ON labeling_ranking
    FOR EACH ROW EXECUTE FUNCTION concord_refuse_change();
CREATE TRIGGER append_only BEFORE DELETE ON labeling_demonstration
    FOR EACH ROW EXECUTE FUNCTION concord_refuse_change();
"""
DROP_APPEND_ONLY = """
DROP TRIGGER append_only ON labeling_demonstration;
DROP TRIGGER append_only ON labeling_ranking;
DROP TRIGGER append_only_judgment ON labeling_ranking;
DROP TRIGGER append_only_text ON labeling_demonstration;
DROP TRIGGER append_only_text ON labeling_prompt;
DROP TRIGGER append_only_text ON labeling_completion;
DROP TRIGGER append_only ON labeling_rankedcompletion;
DROP FUNCTION concord_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("labeling", "0001_initial")]

    operations = [
        migrations.RunSQL(COMPOSITE_KEYS, DROP_COMPOSITE_KEYS),
        migrations.RunSQL(WHOLE_RANKING, DROP_WHOLE_RANKING),
        migrations.RunSQL(APPEND_ONLY, DROP_APPEND_ONLY),
    ]
