"""What every event on the bus is: a frozen pydantic model that knows its name, stream, key and readers."""

from abc import abstractmethod
from typing import Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from cme_contracts.sealed import Sealed

type Service = Literal["referrals", "register", "safeguarding", "notifications"]
type Owner = Service | Literal["partners"]
"""Who says something: one of ours, or the systems of those who tell us."""


class Event(BaseModel):
    """A fact that has happened. Named in the past tense, never changed once released.

    `extra="ignore"` is the tolerant reader: a consumer built against an older contract
    still reads an event to which its owner has added an optional field.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    type: ClassVar[str]
    """CloudEvents `type`: `cme.<aggregate>.<past-tense verb>.v<major>`."""
    stream: ClassVar[str]
    """The Kafka topic. Its only writer is `owner`."""
    owner: ClassVar[Owner]
    """Who may say this."""
    source_clause: ClassVar[str]
    """Why the event exists: the clause of the policy, or the regulation, it follows from."""
    readers: ClassVar[frozenset[Service]] = frozenset()
    """The services that may open `personal`, where the event has it."""
    lawful_basis: ClassVar[str] = ""
    """Why those readers may: the article and the need. Required where the event has `personal`."""

    @property
    @abstractmethod
    def key(self) -> str:
        """Partition key and CloudEvents `subject`: an identifier, never personal data.

        The chain's first submission before the register has spoken, the child afterwards.
        """

    @property
    def box(self) -> Sealed[Any] | None:
        """The sealed personal data, where this event has any."""
        return self.__dict__.get("personal")  # pydantic takes long to find that there is no such attribute

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "type" in cls.__dict__:
            if cls.type in CATALOG:
                raise TypeError(f"two events are called {cls.type}")
            CATALOG[cls.type] = cls


CATALOG: dict[str, type[Event]] = {}
"""Every event type by name; filled as the modules of this package are imported."""


class PersonalData(BaseModel):
    """Base of what stands inside `personal`: a model of its own, validated after opening, never logged."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    def but(self, **changes: Any) -> Self:
        """The same with other values, which nobody validates: `model_copy`, in a third of its time."""
        made = type(self).__new__(type(self))
        put = object.__setattr__  # they are frozen
        put(made, "__dict__", {**vars(self), **changes})
        put(made, "__pydantic_fields_set__", {*self.__pydantic_fields_set__, *changes})
        put(made, "__pydantic_extra__", None)
        put(made, "__pydantic_private__", None)
        return made

    def __repr__(self) -> str:
        """Say what kind of thing this is, not whom it is about."""
        return f"<{type(self).__name__}>"

    __str__ = __repr__


def personal_field(description: str, **options: Any) -> Any:
    """A field that identifies somebody. `description` says what it means and why its reader needs it."""
    return Field(description=description, json_schema_extra={"x-personal-data": True}, **options)
