"""Reading what labelers write prompts from, and the prompts they have written (R2, R3)."""

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from labeling.errors import NotAccessible
from labeling.models import Pool, Prompt, TaskDescription, User


def written_prompts_of(*, author: User) -> QuerySet[Prompt]:
    """The prompts this account has written here, unordered, with description and few-shot set.

    What they imported from a file is not theirs.
    """
    return (
        Prompt.objects.filter(submitted_by=author, imported_from="")
        .filter(user_key=user_key_of(author))
        .select_related("description")
    )


def user_key_of(author: User) -> str:
    """Under which key everything that one account writes stays in one split (R6)."""
    return f"labeler-{author.pk}"


def descriptions_to_write_from(*, writer: User) -> QuerySet[TaskDescription]:
    """Other people's descriptions that stand, unordered, each with ``num_prompts``. One query.

    Never the writer's own (R3), and none of somebody held out, whose words never train (R14).
    """
    return _with_counts().filter(
        ~Q(author=writer), withdrawn_at__isnull=True, author__pool=Pool.TRAINING
    )


def descriptions_of(*, author: User) -> QuerySet[TaskDescription]:
    """All that this account has described, withdrawn ones too, each with ``num_prompts``."""
    return _with_counts().filter(author=author)


def access_own_description(*, description_id: int, author: User) -> TaskDescription:
    """Raises: NotAccessible."""
    description = descriptions_of(author=author).filter(pk=description_id).first()
    if description is None:
        raise NotAccessible
    return description


def _with_counts() -> QuerySet[TaskDescription]:
    prompts = (
        Prompt.objects.filter(description=OuterRef("pk"))
        .order_by()
        .values("description")
        .annotate(num=Count("pk"))
        .values("num")
    )
    return TaskDescription.objects.annotate(num_prompts=Coalesce(Subquery(prompts), 0))
