"""A database of a million rankings for the benchmark of agreement, made by Postgres itself."""

from benchmarks import labeling_rows as rows  # sets Django up

from labeling.models import CompletionSource, Project  # isort: skip

K = 6
OVERLAP = 1.3
NUM_LABELERS = 40
NUM_WEEKS = 52
# Each labeler sees the true order, a step of 1 between two models, through noise of this reach.
NOISE = 4

PROMPTS = """
INSERT INTO labeling_prompt (id, text, text_sha256, source_kind, distribution, imported_from,
    user_key, organization_key, consent_reference, category, flags, split, standing, personal_data,
    personal_data_findings)
SELECT n, text, hash, 'labeler_plain', 'instruct', '', '', '', '',
    (ARRAY['generation', 'open_qa', 'chat', 'rewrite', 'other'])[1 + n %% 5], '{}',
    labeling_split_of_key(hash), 'accepted', 'clear', '[]'
FROM generate_series(1, %(num_prompts)s) AS n, concat('Prompt ', n) AS text,
    encode(sha256(convert_to(text, 'UTF8')), 'hex') AS hash
"""
COMPLETIONS = """
INSERT INTO labeling_completion (id, prompt_id, source_id, text, source_key, sampling,
    finish_reason)
SELECT n * %(k)s + place, n, %(source)s + place, repeat('word ', 20 + (n + place) %% 40),
    n * %(k)s + place, '{}', 'stop'
FROM generate_series(1, %(num_prompts)s) AS n, generate_series(0, %(k)s - 1) AS place
"""
TASKS = """
INSERT INTO labeling_task (id, project_id, prompt_id, k, origin, state, shuffle_key, is_calibration,
    source_key)
SELECT n, %(project)s, n, %(k)s, 'imported', 'open', n, false, n
FROM generate_series(1, %(num_prompts)s) AS n
"""
SHOWN = """
INSERT INTO labeling_taskcompletion (task_id, completion_id, prompt_id)
SELECT prompt_id, id, prompt_id FROM labeling_completion ORDER BY id
"""
RANKINGS = """
INSERT INTO labeling_ranking (id, task_id, labeler_id, instructions_id, k, is_partial, is_surplus,
    client_key, payload_sha256, order_source, none_acceptable, submitted_at)
SELECT gen_random_uuid(), n, %(labeler)s + (n * 7 + slot * 11) %% %(num_labelers)s,
    %(instructions)s, %(k)s, false, false, gen_random_uuid(), '', 'imported', false,
    timestamptz '2024-01-01' + (n * 13 %% %(num_weeks)s) * interval '1 week'
FROM generate_series(1, %(num_prompts)s) AS n, generate_series(0, 1) AS slot
WHERE slot = 0 OR n %% 10 < 3
"""
RANKED = """
INSERT INTO labeling_rankedcompletion (ranking_id, task_id, completion_id, rank, rating, flags,
    axes, note)
SELECT id, task_id, task_id * %(k)s + place,
    dense_rank() OVER (PARTITION BY id ORDER BY seen), 4, '{}', '{}', ''
FROM (
    SELECT id, task_id, place, round(place + %(noise)s * random()) AS seen
    FROM labeling_ranking, generate_series(0, %(k)s - 1) AS place
) AS looked
"""


def load(num_rankings: int) -> None:
    """About so many rankings of K = 6 in random order of quality, three in ten prompts twice."""
    project = rows.make_project(overlap=1)
    Project.objects.filter(pk=project.pk).update(k=K)
    labelers = rows.make_labelers(NUM_LABELERS, project)
    sources = [CompletionSource.objects.create(kind="imported", name=f"m{n}") for n in range(K)]
    values: dict[str, object] = {
        "num_prompts": round(num_rankings / OVERLAP),
        "project": project.pk,
        "instructions": project.instruction_versions.get().pk,
        "labeler": labelers[0].pk,
        "num_labelers": NUM_LABELERS,
        "source": sources[0].pk,
        "num_weeks": NUM_WEEKS,
        "noise": NOISE,
        "k": K,
    }
    # Triggers and foreign keys check rows one by one, which takes longer than writing them.
    rows.execute("SET session_replication_role = replica")
    for statement in (PROMPTS, COMPLETIONS, TASKS, SHOWN, RANKINGS, RANKED):
        rows.execute(statement, **values)
    rows.execute("SET session_replication_role = origin")
    rows.execute("ANALYZE")
