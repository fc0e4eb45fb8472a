"""Reading the folder's YAML files safely; every trouble becomes a :class:`Problem`."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from kitart.plan.exercises import as_scenario
from kitart.plan.problems import Problem, error
from kitart.plan.schema import Plan

LARGEST_BYTES = 5_000_000
LARGEST_COUNT = 500_000
SCENARIOS = "exercises"
"""The folder within the plan's that holds a file for each scenario of an exercise."""


@dataclass
class Gathered:
    """The raw values of a folder by the plan's field, with the file each came from."""

    folder: Path
    values: dict[str, Any] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    listed: dict[str, list[str]] = field(default_factory=dict)
    """Of a part that has a folder of its own: the file of each entry, in their order."""

    def where(self, path: str) -> str:
        """``config/projects.yaml: projects[1].client`` for the path within the plan."""
        if not path:
            return self.folder.name
        top = path.split("[")[0].split(".")[0]
        file = self._one_of_many(top, path) or self.files.get(top)
        return f"{self.folder.name}/{file}: {path}" if file else f"{self.folder.name}: {path}"

    def _one_of_many(self, top: str, path: str) -> str | None:
        names = self.listed.get(top, [])
        place = path[len(top) + 1 :].partition("]")[0]
        return names[int(place)] if place.isdigit() and int(place) < len(names) else None


# Ten times as fast where the library has its part in C; each command and each page reads the plan.
if TYPE_CHECKING:
    _Safe = yaml.SafeLoader
else:
    _Safe = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Safe):
    """Safe, and refusing a key given twice in one mapping."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen and name != "<<":
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {name!r} is given twice; keep one", key.start_mark
                )
            seen.add(name)
        return super().construct_mapping(node, deep)


# A day stays text until the schema reads it, so that a wrong one is named with its place.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def plan_files(folder: Path) -> list[Path]:
    """Every file that the plan in ``folder`` is made of; raises ``OSError``."""
    scenarios = folder / SCENARIOS
    return _yaml_in(folder) + (_yaml_in(scenarios) if scenarios.is_dir() else [])


def _yaml_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix in {".yaml", ".yml"})


def gather(folder: Path) -> Gathered:
    """All of ``folder``'s ``*.yaml`` files put together; troubles are in ``problems``."""
    found = Gathered(folder)
    if not folder.is_dir():
        found.problems.append(
            error(
                str(folder),
                "there is no such folder; right would be the folder of the plan's YAML files",
            )
        )
        return found
    try:
        files = _yaml_in(folder)
    except OSError as trouble:
        found.problems.append(error(str(folder), f"cannot be listed: {trouble.strerror}"))
        return found
    if not files:
        found.problems.append(
            error(str(folder), "holds no .yaml file; right would be company.yaml and the others")
        )
    for path in files:
        _add_file(found, path)
    _add_scenarios(found, folder / SCENARIOS)
    return found


def _add_scenarios(found: Gathered, folder: Path) -> None:
    """Each scenario of an exercise is a file of its own, named as the programme names it."""
    if not folder.is_dir():
        return
    for path in _yaml_in(folder):
        content = _content(found, path, f"{found.folder.name}/{SCENARIOS}/{path.name}")
        if content is not None:
            found.values.setdefault("scenarios", []).append(as_scenario(path.stem, content))
            found.listed.setdefault("scenarios", []).append(f"{SCENARIOS}/{path.name}")


def _content(found: Gathered, path: Path, place: str) -> Any:
    try:
        return _read(path)
    except yaml.MarkedYAMLError as trouble:
        found.problems.append(error(place, _syntax(trouble)))
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as trouble:
        found.problems.append(error(place, f"cannot be read as YAML text: {_first_line(trouble)}"))
    return None


_KINDS = {
    str: "text alone",
    bool: "true or false",
    int: "a number",
    float: "a number",
    list: "a list",
}


def _add_file(found: Gathered, path: Path) -> None:
    place = f"{found.folder.name}/{path.name}"
    before = len(found.problems)
    content = _content(found, path, place)
    if len(found.problems) > before:
        return
    if not isinstance(content, dict):
        what = (
            "is empty"
            if content is None
            else f"holds {_KINDS.get(type(content), type(content).__name__)}"
        )
        names = ", ".join(Plan.model_fields)
        found.problems.append(error(place, f"{what}; right would be a mapping with one of {names}"))
        return
    for key, value in content.items():
        _add_field(found, path.name, str(key), value)


def _add_field(found: Gathered, file: str, key: str, value: Any) -> None:
    place = f"{found.folder.name}/{file}: {key}"
    if key not in Plan.model_fields:
        near = get_close_matches(key, Plan.model_fields, n=1, cutoff=0.5)
        right = f"did you mean {near[0]}?" if near else f"known are {', '.join(Plan.model_fields)}"
        found.problems.append(error(place, f"the key {key!r} is not known; {right}"))
    elif key in found.values:
        found.problems.append(error(place, f"is given in {found.files[key]} too; keep one of them"))
    else:
        found.values[key] = value
        found.files[key] = file


def _read(path: Path) -> Any:
    if path.stat().st_size > LARGEST_BYTES:
        raise ValueError(f"it is larger than {LARGEST_BYTES // 1_000_000} MB")
    text = path.read_bytes().decode("utf-8-sig")
    return plain(yaml.load(text, Loader=_Loader))


def plain(value: Any) -> Any:
    """``value`` as JSON knows it, keys as text; raises ``ValueError`` if that cannot be."""
    return _plain(value, 0, [LARGEST_COUNT])


def _plain(value: Any, depth: int, left: list[int]) -> Any:
    left[0] -= 1
    if depth > 50 or left[0] < 0:
        raise ValueError("it is nested too deeply or repeats itself without end")
    if isinstance(value, dict):
        return {_key(key): _plain(item, depth + 1, left) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(item, depth + 1, left) for item in value]
    if value is not None and not isinstance(value, str | int | float):
        raise ValueError(f"it holds a value of type {type(value).__name__}; right would be text")
    return value


def _key(key: Any) -> str:
    if key is None:
        return "null"
    return str(key).lower() if isinstance(key, bool) else str(key)


def _syntax(trouble: yaml.MarkedYAMLError) -> str:
    mark = trouble.problem_mark
    line = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "some line"
    return f"YAML syntax error in {line}: {trouble.problem or trouble.context}"


def _first_line(trouble: BaseException) -> str:
    return (str(trouble) or type(trouble).__name__).splitlines()[0]
