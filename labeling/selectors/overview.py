"""How much has been collected, for the home page."""

from labeling.models import Completion, Demonstration, Prompt, Ranking, Role, User


def collected_counts() -> dict[str, int]:
    """Prompts, completions, people's judgments, and who makes them. Five queries.

    Simulated labelers are never counted among people; answers that were taken back do not count.
    """
    by_people = {"superseded_at__isnull": True, "labeler__is_simulated": False}
    return {
        "prompts": Prompt.objects.count(),
        "completions": Completion.objects.count(),
        "rankings": Ranking.objects.filter(**by_people).count(),
        "demonstrations": Demonstration.objects.filter(**by_people).count(),
        "labelers": User.objects.filter(
            role=Role.LABELER, is_active=True, is_simulated=False
        ).count(),
    }
