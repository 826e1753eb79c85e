"""Maps of transfer files: which element stands for which member of a form, and whether anybody has seen it.

Ours lie in the folder maps/ beside this module; an operator lays others beside them, or in their place by the same
name, in the folder that `CME_REFERRALS_CTF` names. Nothing in a map is code.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from cme_referrals.domain.completeness import Kind
from cme_referrals.entrypoints.kinds import KINDS

OURS = Path(__file__).with_name("maps")
FILE_MEMBERS = frozenset(
    {
        "file.version",
        "file.written",
        "file.source.la",
        "file.source.number",
        "file.source.urn",
        "file.destination.la",
        "file.destination.number",
    }
)
"""What an element of the header may stand for: version, day, who sends the file, where the pupils go."""

type ElementPath = Annotated[str, Field(pattern=r"^[A-Za-z_][\w.-]*(/@?[A-Za-z_][\w.-]*)*$")]


class BadMapError(Exception):
    """A map cannot be used. The text names the file and what is wrong in it; a map holds nothing personal."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Mark(_Part):
    """Whether it was seen, and where."""

    state: Literal["verified", "supposed"]
    source: str = Field(min_length=1, description="A name of [sources].")


class Sign(Mark):
    """How a message is known: all that is named must be so. Of several signs one is enough."""

    header: Mapping[ElementPath, str] = Field(default={}, description="Elements of the header and what they say.")
    name: str | None = Field(default=None, description="The message in the file's name.")


class Repeated(Mark):
    """An element that may stand more than once."""

    only: Mapping[str, str] = Field(
        default={}, description="Take the entries whose elements say this, or what the file says (file.…)."
    )


class Entry(Mark):
    """What an element, or an attribute (@), stands for; or that it is passed over with all that is in it."""

    member: str | None = None
    as_: Literal["text", "line", "code", "codes"] = Field(
        default="text", alias="as", description="line, codes: one of several, in their order."
    )
    codes: Mapping[str, str] = Field(default={}, description="What it may say, and the code; empty: says nothing.")
    needed: bool = False
    mend: str = "Give this element."
    passed_over: str | None = Field(default=None, description="Why.")

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Entry:
        if (self.member is None) == (self.passed_over is None):
            raise ValueError("give either member or passed_over")
        if bool(self.codes) != (self.as_ in {"code", "codes"}):
            raise ValueError("codes belong to as = code or codes")
        return self


class Destination(Mark):
    """What the code of a destination says of where the pupil goes; nothing, where there is no description."""

    description: str | None = None
    authority: bool = Field(default=False, description="An authority: then it says nothing of the pupil.")


class FromFile(Mark):
    """What the file says of all its pupils, for a member of each form."""

    said: Literal["destination", "destination_meaning", "written_on", "name"]


class Otherwise(_Part):
    """A pupil without this element is read by another map; not where the file goes to an authority, or nobody says."""

    without: ElementPath
    map: str


class MapFile(_Part):
    """A file of the folder. With neither kind nor signs it is a part, for others to extend."""

    kind: Kind | None = None
    extends: tuple[str, ...] = ()
    precedence: int | None = None
    root: str | None = None
    header: str | None = None
    pupil: ElementPath | None = None
    destinations: Mapping[str, Destination] = {}
    sources: Mapping[str, str] = {}
    versions: Mapping[str, Mark] = {}
    signs: tuple[Sign, ...] = ()
    repeated: Mapping[ElementPath, Repeated] = {}
    elements: Mapping[ElementPath, Entry] = {}
    from_file: Mapping[str, FromFile] = {}
    otherwise: Otherwise | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CtfMap:
    """A map as it is used: with the parts it extends. Paths begin with the header's name or the pupil's."""

    name: str
    kind: Kind
    precedence: int
    root: str
    header: str
    pupil: str
    destinations: Mapping[str, Destination]
    versions: Mapping[str, Mark]
    signs: tuple[Sign, ...]
    repeated: Mapping[str, Repeated]
    elements: Mapping[str, Entry]
    from_file: Mapping[str, FromFile]
    holders: frozenset[str]
    """Elements that are known because others are known in them."""
    without: str | None = None
    """The element without which a pupil is read by the map `otherwise`."""
    otherwise: CtfMap | None = None

    def holders_in_file(self) -> frozenset[str]:
        """The elements around the header and the pupils, by their whole path."""
        steps = f"{self.root}/{self.pupil}".split("/")[:-1]
        return frozenset("/".join(steps[:count]) for count in range(1, len(steps) + 1))

    def destination_of(self, code: str) -> Destination | None:
        """What a destination's code means; None where it is none that is known."""
        shape = code if code in self.destinations else re.sub("[0-9]", "#", code)
        return self.destinations.get(shape)

    def path_of(self, member: str) -> str | None:
        """The element that stands for a member."""
        return next((path for path, entry in self.elements.items() if entry.member == member), None)


@cache
def maps(folder: Path | None = None) -> tuple[CtfMap, ...]:
    """All maps: ours, and those in an operator's folder. Raises `BadMapError`."""
    files = {path.stem: path for place in (OURS, folder) if place for path in sorted(place.glob("*.toml"))}
    if folder and not folder.is_dir():
        raise BadMapError(f"{folder} is not a folder")
    read = {name: _read(path) for name, path in files.items()}
    return tuple(_whole(name, read) for name, file in read.items() if file.signs)


def _read(path: Path) -> MapFile:
    try:
        return MapFile.model_validate(tomllib.loads(path.read_text("utf-8")))
    except ValidationError as error:
        places = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_url=False))
        raise BadMapError(f"{path}: {'; '.join(places)}") from None
    except (ValueError, OSError) as error:
        raise BadMapError(f"{path}: {error}") from None


def _whole(name: str, files: Mapping[str, MapFile], above: tuple[str, ...] = ()) -> CtfMap:
    chain = _chain(name, files, above)
    for file_name in dict.fromkeys(chain):
        _check_sources(file_name, files[file_name])
    said: dict[str, Any] = {}
    for one in (files[each] for each in chain):
        for key in ("kind", "precedence", "root", "header", "pupil", "signs", "otherwise"):
            if value := getattr(one, key):
                said[key] = value
        for key in ("versions", "destinations", "repeated", "elements", "from_file"):
            said[key] = said.get(key, {}) | getattr(one, key)
    if lacking := [key for key in ("kind", "root", "header", "pupil") if key not in said]:
        raise BadMapError(f"{name}: says nothing of {', '.join(lacking)}")
    known = [*said["elements"], *said["repeated"]]
    steps = [path.split("/") for path in known]
    holders = frozenset("/".join(one[:count]) for one in steps for count in range(1, len(one))) | {*said["repeated"]}
    otherwise: Otherwise | None = said.pop("otherwise", None)
    without, other = None, None
    if otherwise:
        if above:
            raise BadMapError(f"{name}: is the map of another's otherwise, and has one itself")
        without, other = otherwise.without, _whole(otherwise.map, files, (name,))
    said.setdefault("precedence", 0)
    said.setdefault("signs", ())
    whole = CtfMap(name=name, holders=holders, without=without, otherwise=other, **said)
    for path, entry in whole.elements.items():
        _check(whole, path, entry)
    if whole.path_of("file.version") is None:
        raise BadMapError(f"{name}: no element stands for file.version")
    if strange := [member for member in whole.from_file if _members(whole.kind).get(member) is not False]:
        raise BadMapError(f"{name}: from_file names {strange[0]}, which is no member of a {whole.kind}")
    return whole


def _chain(name: str, files: Mapping[str, MapFile], above: Sequence[str] = ()) -> list[str]:
    """Those it extends, in their order, and itself."""
    if name not in files:
        raise BadMapError(f"{above[-1]}: extends {name}, which is no file of the folder")
    if name in above:
        raise BadMapError(f"{name}: extends itself")
    return [*(one for part in files[name].extends for one in _chain(part, files, (*above, name))), name]


def _check_sources(name: str, file: MapFile) -> None:
    marks = (
        *file.versions.values(),
        *file.destinations.values(),
        *file.signs,
        *file.repeated.values(),
        *file.elements.values(),
    )
    if strange := sorted({mark.source for mark in marks} - set(file.sources)):
        raise BadMapError(f"{name}: [sources] does not say what {', '.join(strange)} is")


def _check(whole: CtfMap, path: str, entry: Entry) -> None:
    if entry.member is None:
        return
    of_the_file = path.partition("/")[0] == whole.header
    known = dict.fromkeys(FILE_MEMBERS, False) if of_the_file else _members(whole.kind)
    member = re.sub(r"\.[0-9]+(?=\.|$)", ".#", entry.member)
    if member not in known:
        raise BadMapError(f"{whole.name}: {path} stands for {entry.member}, which is no member of a {whole.kind}")
    if known[member] != (entry.as_ in {"line", "codes"}):
        raise BadMapError(
            f"{whole.name}: {path}: as = line or codes is for members that hold several, and for them only"
        )
    around = sum(path.startswith(f"{one}/") for one in whole.repeated)
    if entry.member.split(".").count("#") > around:
        raise BadMapError(f"{whole.name}: {path}: each # of its member needs an element around it that is repeated")


@cache
def _members(kind: Kind) -> Mapping[str, bool]:
    """The members of a form that hold a text, entries of lists as #; and whether they hold several."""
    schema = KINDS[kind].form.model_json_schema()
    found: dict[str, bool] = {}

    def walk(node: Mapping[str, Any], place: str, *, several: bool = False) -> None:
        if "$ref" in node:
            return walk(schema["$defs"][node["$ref"].rpartition("/")[2]], place, several=several)
        for one in node.get("anyOf", ()):
            walk(one, place, several=several)
        if "items" in node:
            walk(node["items"], place, several=True)
        for name, member in node.get("properties", {}).items():
            walk(member, f"{place}{'.#' if several else ''}.{name}".removeprefix("."))
        if not node.keys() & {"anyOf", "items", "properties"} and node.get("type") != "null":
            found[place] = several
        return None

    walk(schema, "")
    return found
