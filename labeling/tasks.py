"""Thin doors for Celery: imports, checks of stored prompts, agreement, the synthetic labeler."""

from celery import current_app, shared_task

from labeling.models import JudgmentImport, PromptImport
from labeling.selectors.agreement_refresh import is_asked_for
from labeling.services.agreement_store import refresh_agreement as refresh
from labeling.services.judgment_import_slices import import_judgments_for
from labeling.services.prompt_checks import check_stored_prompts
from labeling.services.prompt_import_slices import import_for
from labeling.services.resting import Rest
from labeling.services.synthetic_labeler import try_labeling
from labeling.services.uploads import fail_abandoned_uploads

# Far below the time limit of a task, so that other work comes in between.
SECONDS_AT_ONCE = 5.0
# A ring that nobody heard is worthless: beat rings again.
EXPIRES_SECONDS = 30
# A long file is read anew up to where its import stands, and worked at for as long; less than the
# broker waits before it hands the message to somebody else.
IMPORTING_SECONDS = 240
# Behind a refresh that goes on elsewhere.
AGAIN_SECONDS = 2.0
# Comparing a million rankings takes seconds, beside which a labeler's submit is slower.
resting = Rest(times=50, at_most=120.0)


@shared_task(name="labeling.import_prompts")
def import_prompts() -> None:
    """Go on with imports for a few seconds, and ring again while there is more."""
    fail_abandoned_uploads(PromptImport)
    if import_for(SECONDS_AT_ONCE):
        current_app.send_task("labeling.import_prompts", expires=EXPIRES_SECONDS)


@shared_task(name="labeling.import_judgments", time_limit=IMPORTING_SECONDS)
def import_judgments() -> None:
    """Go on with the oldest import of judgments, and ring again while there is more.

    After the last one its figures are worked out: whoever imported looks at them next.
    """
    fail_abandoned_uploads(JudgmentImport)
    match import_judgments_for(SECONDS_AT_ONCE):
        case True:
            current_app.send_task("labeling.import_judgments", expires=EXPIRES_SECONDS)
        case False:
            ring_for_awaited_figures()


@shared_task(name="labeling.check_prompts")
def check_prompts() -> None:
    """Check prompts stored before there were checks, a few hundred at a time."""
    if check_stored_prompts():
        current_app.send_task("labeling.check_prompts", expires=EXPIRES_SECONDS)


@shared_task(name="labeling.refresh_agreement")
def refresh_agreement(*, is_awaited: bool = False) -> None:
    """Work out the agreement on prompts whose rankings are others than before.

    Whoever awaits the figures, or asked for them on their page, does not wait for a rest. A refresh
    that goes on elsewhere may have begun before what they await was stored, so there is another one
    behind it.
    """
    if is_awaited or resting.is_over() or is_asked_for():
        with resting.after():
            was_done = refresh() is not None
        if is_awaited and not was_done:
            ring_for_awaited_figures(countdown=AGAIN_SECONDS)


def ring_for_awaited_figures(*, countdown: float = 0) -> None:
    current_app.send_task(
        "labeling.refresh_agreement",
        kwargs={"is_awaited": True},
        countdown=countdown,
        expires=EXPIRES_SECONDS,
    )


@shared_task(name="labeling.try_labeling")
def label_synthetically() -> None:
    """Take, begin and answer one task as a labeler would, and leave nothing of it."""
    try_labeling()
