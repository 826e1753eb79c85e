"""What agreement weighs: data, fitted on pairs of which it is known whether they are one child (`tables/matching.toml`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import log2

from cme_register.domain.agreement import SAME, Nicknames


@dataclass(frozen=True, slots=True)
class Chance:
    """How often two descriptions stand at one level: of one child (`m`), of two children (`u`)."""

    m: float
    u: float

    @property
    def weight(self) -> float:
        """What it says for their being one child, in bits."""
        return log2(self.m / self.u)


@dataclass(slots=True)
class Frequencies:
    """How common a name is among the children there are: counted in the register itself, beside what the table expects."""

    expected: Mapping[str, float] = field(default_factory=dict)
    """The share of children that bear a common name, by folded name."""
    otherwise: float = 0.0002
    """The share of a name that is in no list."""
    belief: int = 2_000
    """How many counted children outweigh what is expected."""
    counted: Mapping[str, int] = field(default_factory=dict)
    total: int = 0

    def count(self, names: Iterable[str]) -> None:
        """Take these instead of those counted last. What occurs but once may be a slip of the pen."""
        tally = Counter(names)
        self.counted, self.total = {name: many for name, many in tally.items() if many > 1}, tally.total()

    def share(self, name: str) -> float:
        """The share of children who bear it."""
        expected = self.expected.get(name, self.otherwise) * self.belief
        return (expected + self.counted.get(name, 0)) / (self.belief + self.total)

    def known(self, name: str) -> bool:
        """Whether children bear it, as far as anybody knows: what nobody bears is a slip of the pen."""
        return name in self.expected or name in self.counted


@dataclass(slots=True)
class Weights:
    """All that a comparison goes by. Scores are in bits: 10 is a thousand to one that they are one child."""

    fields: Mapping[str, Mapping[str, Chance]]
    """By field and level."""
    prior: float
    """Of two children taken at random."""
    certain: float
    """From here on a submission is the child's by itself, if nothing speaks against it."""
    possible: float
    """From here on somebody looks."""
    lead: float
    """By how much the best must lead another child whom somebody has said to be different from it."""
    household_most: float
    """Address, telephone and parents depend on each other, and a family shares them: together they weigh no more."""
    turned: float
    """For forename and surname exchanged."""
    by_other_name: float
    """For a name that is not the legal one."""
    name_most: float
    """The rarest name weighs no more than this."""
    asked_at_most: int
    """One submission asks a person about no more children than this, the likeliest: a queue that nobody can read finds nobody."""
    nicknames: Nicknames = field(default_factory=dict)
    common: frozenset[str] = frozenset()
    """Forenames that are two names, however alike they look."""
    forenames: Frequencies = field(default_factory=Frequencies)
    surnames: Frequencies = field(default_factory=Frequencies)
    source: str = ""
    seen_since_count: int = -1
    """Records made since names were counted; before the first count -1."""
    bits: Mapping[str, Mapping[str, float]] = field(init=False)
    """What each level weighs, worked out once."""
    most: Mapping[str, float] = field(init=False)
    """The most that each field may weigh; nothing, where it may be missing."""
    names_most: float = field(init=False)
    """The most that forename and surname may weigh together, in whatever way they meet."""

    def __post_init__(self) -> None:
        self.bits = {name: {level: one.weight for level, one in levels.items()} for name, levels in self.fields.items()}
        self.most = {name: max(0.0, *levels.values()) for name, levels in self.bits.items()}
        besides = max(0.0, self.turned) + max(0.0, self.by_other_name)
        self.names_most = besides + sum(max(self.name_most, self.most[name]) for name in ("forename", "surname"))

    def count(self, forenames: Iterable[str], surnames: Iterable[str]) -> None:
        """How common names are, by those of enough children of the register's own."""
        self.forenames.count(forenames)
        self.surnames.count(surnames)
        self.seen_since_count = 0

    def of(self, name: str, level: str | None) -> float:
        """What a level of a field weighs; nothing where the field is missing."""
        return 0.0 if level is None else self.bits[name][level]

    def same_name(self, name: str, value: str, frequencies: Frequencies) -> float:
        """What a name that both bear weighs: less, the more children bear it."""
        return min(self.name_most, log2(self.fields[name][SAME].m / frequencies.share(value)))
