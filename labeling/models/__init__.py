"""The tables of the labeling room."""

from labeling.models.completions import Completion, CompletionSource, PresentedCompletion
from labeling.models.demonstrations import Demonstration
from labeling.models.instructions import Acknowledgement, InstructionVersion
from labeling.models.people import ApiToken, Invitation, Pool, Role, SignInLink, User
from labeling.models.projects import Project
from labeling.models.prompts import Prompt
from labeling.models.rankings import RankedCompletion, Ranking
from labeling.models.tasks import Assignment, Draft, Skip, Task, TaskCompletion

__all__ = [
    "Acknowledgement",
    "ApiToken",
    "Assignment",
    "Completion",
    "CompletionSource",
    "Demonstration",
    "Draft",
    "InstructionVersion",
    "Invitation",
    "Pool",
    "PresentedCompletion",
    "Project",
    "Prompt",
    "RankedCompletion",
    "Ranking",
    "Role",
    "SignInLink",
    "Skip",
    "Task",
    "TaskCompletion",
    "User",
]
