"""Who a session belongs to: Django's own rules, with the two lookups of every request compiled."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.db.models.functions import Now

from labeling.models import User
from labeling.selectors.compiled import CompiledQuery


def _living(*, key: str) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=Now())[:1]


SESSION = CompiledQuery(_living, key=str)
ACCOUNT = CompiledQuery(lambda account: User.objects.filter(pk=account)[:1], account=int)


class SessionStore(DatabaseSessionStore):
    """SESSION_ENGINE names this module."""

    def _get_session_from_db(self) -> Session | None:
        session = SESSION.first(key=self.session_key)
        if session is None:
            # As Django does: whoever sends an unknown key does not get to choose it.
            self._session_key = None
        return session


class AccountBackend(ModelBackend):
    """Accounts have no passwords; this only says whose session it is."""

    def get_user(self, user_id: Any) -> User | None:
        account = ACCOUNT.first(account=int(user_id))
        return account if account is not None and self.user_can_authenticate(account) else None
