"""Accounts of the labelers of a data set. Nobody can ever sign in with one."""

from collections.abc import Iterable

from labeling.models import User
from labeling.text_hygiene import text_sha256

# A labeler by the name in the data set, and whether it is a model.
Named = tuple[str, bool]


class ImportedPeople:
    """The data set's own id of a person goes no further than its hash; a model keeps its name."""

    def __init__(self, dataset: str) -> None:
        self._dataset = dataset
        self.num_new = 0

    def accounts(self, names: Iterable[Named]) -> dict[Named, User]:
        """The account of each, made where there is none, in the order given. Two queries."""
        address_of = {named: self._address(named) for named in names}
        stored = {user.email: user for user in self._stored(address_of.values())}
        new = [
            self._account(named, address)
            for named, address in address_of.items()
            if address not in stored
        ]
        User.objects.bulk_create(new)
        self.num_new += len(new)
        stored |= {user.email: user for user in new}
        return {named: stored[address] for named, address in address_of.items()}

    def _stored(self, addresses: Iterable[str]) -> Iterable[User]:
        return User.objects.filter(email__in=list(addresses))

    def _hash(self, named: Named) -> str:
        name, is_model = named
        # A person of a model's name is somebody else.
        return text_sha256(f"{self._dataset}/{'model/' if is_model else ''}{name}")[:20]

    def _address(self, named: Named) -> str:
        return f"{self._hash(named)}@{self._dataset}.invalid"

    def _account(self, named: Named, address: str) -> User:
        name, is_model = named
        user = User(
            email=address,
            display_name=(
                f"{self._dataset} {name}"[:120]
                if is_model
                else f"{self._dataset} {self._hash(named)[:8]}"
            ),
            is_active=False,
            is_simulated=is_model,
            imported_from=self._dataset,
        )
        user.set_unusable_password()
        return user
