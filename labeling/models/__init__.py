"""The tables of the labeling room."""

from labeling.models.agreement import (
    AgreementStore,
    JudgedPrompts,
    LabelerDay,
    LabelerMeeting,
    PromptAgreement,
)
from labeling.models.audit import AuditEntry
from labeling.models.completions import Completion, CompletionSource, PresentedCompletion
from labeling.models.consent import Consent, ConsentVersion
from labeling.models.contested import Adjudication, PromptExclusion
from labeling.models.demonstrations import Demonstration, DemonstrationReview
from labeling.models.instructions import Acknowledgement, InstructionVersion
from labeling.models.judgment_imports import (
    JudgmentImport,
    JudgmentImportChunk,
    JudgmentImportRow,
)
from labeling.models.people import ApiToken, Invitation, Pool, Role, SignInLink, User
from labeling.models.periodic import PeriodicWork
from labeling.models.projects import Project
from labeling.models.prompt_imports import (
    PromptImport,
    PromptImportChunk,
    PromptImportLine,
    PromptImportSighting,
)
from labeling.models.prompt_writing import FewShotSet, TaskDescription
from labeling.models.prompts import Prompt, PromptAnnotation
from labeling.models.questions import Answer, Question, RankingQuestion
from labeling.models.rankings import RankedCompletion, Ranking
from labeling.models.screening import (
    Candidacy,
    DemonstrationGrade,
    Screening,
    SensitivityAnswer,
    SensitivityItem,
)
from labeling.models.surveys import Survey, SurveyParticipation, SurveyResponse
from labeling.models.tasks import Assignment, Draft, Skip, Task, TaskCompletion

__all__ = [
    "Acknowledgement",
    "Adjudication",
    "AgreementStore",
    "Answer",
    "ApiToken",
    "Assignment",
    "AuditEntry",
    "Candidacy",
    "Completion",
    "CompletionSource",
    "Consent",
    "ConsentVersion",
    "Demonstration",
    "DemonstrationGrade",
    "DemonstrationReview",
    "Draft",
    "FewShotSet",
    "InstructionVersion",
    "Invitation",
    "JudgedPrompts",
    "JudgmentImport",
    "JudgmentImportChunk",
    "JudgmentImportRow",
    "LabelerDay",
    "LabelerMeeting",
    "PeriodicWork",
    "Pool",
    "PresentedCompletion",
    "Project",
    "Prompt",
    "PromptAgreement",
    "PromptAnnotation",
    "PromptExclusion",
    "PromptImport",
    "PromptImportChunk",
    "PromptImportLine",
    "PromptImportSighting",
    "Question",
    "RankedCompletion",
    "Ranking",
    "RankingQuestion",
    "Role",
    "Screening",
    "SensitivityAnswer",
    "SensitivityItem",
    "SignInLink",
    "Skip",
    "Survey",
    "SurveyParticipation",
    "SurveyResponse",
    "Task",
    "TaskCompletion",
    "TaskDescription",
    "User",
]
