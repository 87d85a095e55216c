"""Accounts, and the three secrets that let somebody in: invitation, sign-in link, API token."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower, Now


class Role(models.TextChoices):
    LABELER = "labeler"
    RESEARCHER = "researcher"
    ADMIN = "admin"


class Pool(models.TextChoices):
    """Held-out labelers never produce training data (R14)."""

    TRAINING = "training"
    HELD_OUT = "held_out"


class UserManager(BaseUserManager["User"]):
    def create_user(self, *, email: str, display_name: str, **fields: Any) -> "User":
        user = self.model(email=email, display_name=display_name, **fields)
        user.set_unusable_password()
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person, a simulated labeler, or somebody whose judgments were imported."""

    email = models.EmailField(unique=True)
    display_name = models.CharField(max_length=120)
    role = models.CharField(max_length=16, choices=Role, default=Role.LABELER)
    pool = models.CharField(max_length=16, choices=Pool, default=Pool.TRAINING)
    is_active = models.BooleanField(default=True)
    is_simulated = models.BooleanField(default=False)
    # The data set that this labeler's judgments came from; such an account can never sign in.
    imported_from = models.CharField(max_length=64, blank=True)
    # What they may be given: project.languages and project.skills ask for these.
    languages = ArrayField(models.CharField(max_length=16), default=list)
    skills = ArrayField(models.CharField(max_length=40), default=list)
    # Who sent them, hidden while a candidacy is decided (R12).
    vendor = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    USERNAME_FIELD = "email"
    objects = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="one_account_per_email"),
            models.CheckConstraint(
                name="imported_accounts_cannot_sign_in",
                condition=models.Q(imported_from="") | models.Q(is_active=False),
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def is_admin(self) -> bool:
        return self.role == Role.ADMIN

    @property
    def is_researcher(self) -> bool:
        """Whether they may read statistics and exports; admins may too."""
        return self.role in {Role.RESEARCHER, Role.ADMIN}


class Invitation(models.Model):
    """The right to open one account with a role and a pool. Only the hash of its token is kept."""

    email = models.EmailField()
    role = models.CharField(max_length=16, choices=Role)
    pool = models.CharField(max_length=16, choices=Pool, default=Pool.TRAINING)
    # The screening to pass before the first task; null lets the account work at once.
    screening = models.ForeignKey(
        "labeling.Screening", on_delete=models.PROTECT, null=True, related_name="invitations"
    )
    vendor = models.CharField(max_length=120, blank=True)
    languages = ArrayField(models.CharField(max_length=16), default=list)
    token_sha256 = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    accepted_by = models.OneToOneField(
        User, on_delete=models.PROTECT, null=True, related_name="invitation"
    )


class SignInLink(models.Model):
    """Signs one account in once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_in_links")
    token_sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class ApiToken(models.Model):
    """A scoped, expiring token for scripts. Shown once; only its hash is kept."""

    class Scope(models.TextChoices):
        LABEL = "label"
        READ = "read"
        MANAGE = "manage"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12)
    token_sha256 = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=16, choices=Scope))
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
