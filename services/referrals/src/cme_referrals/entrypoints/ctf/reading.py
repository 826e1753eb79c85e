"""An element of a transfer file as the members of a form, by its map; and element by element what does not fit."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cme_referrals.adapters.elements import Node
from cme_referrals.application.batches import RowFault
from cme_referrals.domain.completeness import Kind
from cme_referrals.entrypoints.ctf.maps import CtfMap, Entry
from cme_referrals.entrypoints.ctf.names import FileName

MOST_FAULTS = 30
"""Of one pupil: a file of another kind has hundreds in each."""
ORDINARY_NAME = re.compile(r"@?[A-Za-z_][A-Za-z0-9_.-]{0,39}")
MEND_EITHER = "Leave it out, or ask the council to add it to the map; the file is kept and can be read again."


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """What the header, or else the name, says of the whole file."""

    map: CtfMap
    version: str
    source: Mapping[str, str]
    """la, number, urn: of the school that sends it, as far as it says."""
    destination: str | None
    """Authority and number, or a code. None: it says nothing."""
    written_on: str | None
    """The day on which it was written, as it says it."""
    name: str | None
    """Its own name, where that is written by the rule."""

    @property
    def source_code(self) -> str:
        """Authority and number of the school that sends it; empty where it does not say."""
        return self.source.get("la", "") + self.source.get("number", "")


@dataclass(slots=True)
class Reading:
    """What was read of an element by a map, where each member stood, and what does not fit."""

    map: CtfMap
    values: dict[str, Any] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    faults: list[RowFault] = field(default_factory=list)


class UnfitHeaderError(Exception):
    """No pupil of this file can be read. `faults` say where in the header."""

    def __init__(self, *faults: RowFault) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


def read_header(header: Node, maps: Sequence[CtfMap], name: FileName | None) -> File:
    """What the header says, by the map that knows this message and version. Raises `UnfitHeaderError`."""
    map_ = _map_of(header, maps, name)
    reading = _read(header, map_, {})
    told = reading.values.get("file", {})
    source = {part: str(value) for part, value in told.get("source", {}).items()}
    code = "".join(str(told.get("destination", {}).get(part, "")) for part in ("la", "number"))
    faults = list(reading.faults)
    if name and code and code != name.destination:
        faults.append(
            RowFault(
                f"{map_.header}/DestSchool",
                "is another destination than the one in the file's name",
                "Export it anew, or send it without a name.",
            )
        )
    code = code or (name.destination if name else "")
    if code and map_.destination_of(code) is None:
        faults.append(
            RowFault(
                f"{map_.header}/DestSchool",
                "is no destination that the map knows",
                f"Give one of {', '.join(map_.destinations)} (# is a figure), or ask the council to add it.",
            )
        )
    ours = source.get("la", "") + source.get("number", "")
    if name and ours and name.source != ours:
        faults.append(
            RowFault(
                f"{map_.header}/SourceSchool",
                "is another school than the one in the file's name",
                "Export it anew, or send it without a name.",
            )
        )
    if faults:
        raise UnfitHeaderError(*faults)
    return File(
        map=map_,
        version=told["version"],
        source=source,
        destination=code or None,
        written_on=told.get("written", "").partition("T")[0] or None,
        name=str(name) if name else None,
    )


def read_pupil(pupil: Node, file: File) -> Reading:
    """The form a pupil is."""
    known = {f"file.source.{part}": value for part, value in file.source.items()}
    reading = _read(pupil, file.map, known)
    meaning = file.map.destination_of(file.destination) if file.destination else None
    going_on = meaning is not None and not meaning.authority
    if file.map.otherwise and going_on and any(one.field == file.map.without for one in reading.faults):
        reading = _read(pupil, file.map.otherwise, known)
    described = meaning.description.format(code=file.destination) if meaning and meaning.description else None
    for member, one in reading.map.from_file.items():
        said, place = {
            "destination": (file.destination, f"{file.map.header}/DestSchool"),
            "destination_meaning": (described, f"{file.map.header}/DestSchool"),
            "written_on": (file.written_on, file.map.path_of("file.written") or ""),
            "name": (file.name, "(the file's name)"),
        }[one.said]
        reading.places[member] = place
        if said is not None:
            _put(reading.values, tuple(member.split(".")), said)
    return reading


def sameness(pupil: Node, file: File, kind: Kind) -> str:
    """What makes two pupils the same row: all that is said of them, and not how a map reads it."""
    return json.dumps([kind, file.destination, _plain(pupil)])


def _plain(node: Node) -> list[Any]:
    return [node.name, node.text, [_plain(child) for child in node.children]]


def _map_of(header: Node, maps: Sequence[CtfMap], name: FileName | None) -> CtfMap:
    def says(path: str) -> str:
        node = header.child(*path.split("/"))
        return node.text.casefold() if node else ""

    candidates = [
        one
        for one in maps
        if any(
            (sign.name is None or (name is not None and name.message == sign.name))
            and all(says(path) == text.casefold() for path, text in sign.header.items())
            for sign in one.signs
        )
    ]
    if not candidates:
        raise UnfitHeaderError(
            RowFault(
                f"{header.name}/DocumentName",
                "is no message that a map knows",
                f"Known are {', '.join(sorted(one.name for one in maps))}: send the file under its own name "
                "(Content-Disposition), or ask the council to add a map; the file is kept and can be read again.",
            )
        )
    best = max(one.precedence for one in candidates)
    fitting = [one for one in candidates if one.precedence == best]
    path = fitting[0].path_of("file.version") or f"{header.name}/CTFversion"
    version = says(path.partition("/")[2])
    knowing = [one for one in fitting if version in one.versions]
    if not version:
        raise UnfitHeaderError(RowFault(path, "is missing", "Export the file anew, with its version."))
    if len(knowing) != 1:
        raise UnfitHeaderError(
            RowFault(
                path,
                "is a version that no map knows" if not knowing else "is a version that two maps know",
                f"Known are {', '.join(sorted({known for one in fitting for known in one.versions}))}. Ask the council "
                "to add it to the map; the file is kept and can be read again.",
            )
        )
    return knowing[0]


def _read(node: Node, map_: CtfMap, known: Mapping[str, str]) -> Reading:
    walk = _Walk(map_, known)
    walk.into(node, node.name, node.name, ())
    walk.settle()
    walk.look_for_what_is_needed(node.name)
    return walk.reading


type Steps = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class _Said:
    """A text on its way to a member."""

    order: int
    text: str
    here: str
    several: bool


class _Walk:
    """Through an element and all that is in it."""

    def __init__(self, map_: CtfMap, known: Mapping[str, str]) -> None:
        self._map, self._known = map_, known
        self._order = {path: number for number, path in enumerate(map_.elements)}
        self._numbers: dict[str, dict[str, int]] = {}
        self._said: dict[Steps, list[_Said]] = {}
        self.reading = Reading(map_)

    def into(self, node: Node, path: str, shown: str, repeats: tuple[tuple[str, str], ...]) -> None:
        """Read its children. `path`: as maps write it; `shown`: with numbers; `repeats`: those it stands in."""
        seen: Counter[str] = Counter()
        for child in node.children:
            seen[child.name] += 1
            self._child(child, f"{path}/{child.name}", shown, seen[child.name], repeats)

    def _child(self, child: Node, path: str, shown: str, number: int, repeats: tuple[tuple[str, str], ...]) -> None:
        entry, repeated = self._map.elements.get(path), self._map.repeated.get(path)
        here = f"{shown}/{child.name if ORDINARY_NAME.fullmatch(child.name) else '(unusual name)'}"
        if entry and entry.passed_over is not None:
            return None
        if repeated:
            here = f"{here}[{number}]"
            repeats = (*repeats, (path, here))
            if not all(self._says(child, name, said) for name, said in repeated.only.items()):
                return None
        elif number > 1 and (entry or path in self._map.holders):
            return self._fault(here, "stands there more than once", MEND_EITHER)
        if entry:
            self._take(entry, child.text, path, here, repeats)
        elif path not in self._map.holders:
            what = "attribute" if child.name.startswith("@") else "element"
            return self._fault(here, f"is an {what} that the map does not know", MEND_EITHER)
        elif child.text:
            self._fault(here, "has text where the map knows elements only", MEND_EITHER)
        self.into(child, path, here, repeats)
        return None

    def settle(self) -> None:
        """Put what was said together: of what stands for one member in the order of the map, and else of the file."""
        values: dict[Any, Any] = {}
        for steps, parts in self._said.items():
            parts.sort(key=lambda part: part.order)
            texts = [part.text for part in parts]
            _put(values, steps, texts if parts[0].several else " ".join(texts))
            member = ".".join(map(str, steps))
            self.reading.places[member] = parts[0].here
            self.reading.places |= {f"{member}.{at}": part.here for at, part in enumerate(parts) if part.several}
        self.reading.values = {str(name): _settled(value) for name, value in values.items()}

    def look_for_what_is_needed(self, top: str) -> None:
        """Elements without which no form can be made."""
        filled = {re.sub(r"\.[0-9]+", ".#", member) for member in self.reading.places}
        wrong = {re.sub(r"\[[0-9]+\]", "", fault.field) for fault in self.reading.faults}
        for path, entry in self._map.elements.items():
            if entry.needed and path.startswith(f"{top}/") and entry.member not in filled and path not in wrong:
                self._fault(path, "is missing", entry.mend)

    def _says(self, node: Node, name: str, said: str) -> bool:
        child = node.child(name)
        return child is not None and child.text == (self._known.get(said) if said.startswith("file.") else said)

    def _take(self, entry: Entry, text: str, path: str, here: str, repeats: tuple[tuple[str, str], ...]) -> None:
        if not text or entry.member is None:
            return None
        if entry.as_ in {"code", "codes"}:
            codes = {name.casefold(): code for name, code in entry.codes.items()}
            if text.casefold() not in codes:
                mend = f"Give one of {', '.join(entry.codes)}, or ask the council to add it to the map."
                return self._fault(here, "is not one of the codes that the map knows", mend)
            if not (text := codes[text.casefold()]):
                return None
        said = _Said(self._order[path], text, here, several=entry.as_ in {"line", "codes"})
        self._said.setdefault(self._member(entry.member, repeats), []).append(said)
        return None

    def _member(self, member: str, repeats: tuple[tuple[str, str], ...]) -> Steps:
        """Its steps, with each # as the number of the entry it stands in, counted from 0 among those that say something."""
        entries = iter(repeats)
        steps: list[str | int] = []
        for step in member.split("."):
            if step == "#":
                path, here = next(entries)
                numbers = self._numbers.setdefault(path, {})
                steps.append(numbers.setdefault(here, len(numbers)))
            else:
                steps.append(int(step) if step.isdecimal() else step)
        return tuple(steps)

    def _fault(self, place: str, wrong: str, mend: str) -> None:
        if len(self.reading.faults) < MOST_FAULTS:
            self.reading.faults.append(RowFault(place, wrong, mend))


def _put(values: dict[Any, Any], steps: Steps, said: str | list[str]) -> None:
    node = values
    for step in steps[:-1]:
        node = node.setdefault(step, {})
    node[steps[-1]] = said


def _settled(node: Any) -> Any:
    """Numbered members become a list; numbers that nobody filled are passed over."""
    if not isinstance(node, Mapping):
        return node
    if any(isinstance(name, int) for name in node):
        return [_settled(node[number]) for number in sorted(node)]
    return {name: _settled(value) for name, value in node.items()}
