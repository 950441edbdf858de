"""Check settings: one checker for files, chat and the command line.

It reports every mistake of a digest or destination with its field, and returns the
normal form: full addresses, schedules as `bot.schedules` writes them, paused sources
last. A digest may have a language into which the bot's own texts are not translated.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.errors import UserError
from bot.ingest import addresses
from bot.model import (
    DestinationSettings,
    DigestSettings,
    PostOptions,
    SettingsModel,
    SourceKind,
    get_setting,
)
from bot.ports import PlatformPlugin
from bot.schedules.parsing import parse_schedule
from bot.schedules.posting_rules import parse_quiet_hours
from bot.schedules.wording import describe_schedule
from digests.errors import InputError
from digests.language.normalization import normalize_text
from digests.language.words import STOP_WORDS
from digests.messages import Message
from digests.stories import filters

M = TypeVar("M", bound=SettingsModel)
#: Placeholders for required values that are invalid, so that the rest is checked.
_STAND_INS: Final[Mapping[str, Any]] = {
    "name": "–",
    "sources": ["–"],
    "channel": "–",
    "id": "–",
    "platform": "–",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldProblem:
    """A mistake in a setting."""

    #: The name in the file: «schedule», «stories» …; "" = no single one.
    field: str
    #: What is wrong, and what to write instead.
    problem: UserError


def validate_fields(
    model: type[M], data: Mapping[str, Any]
) -> tuple[M, list[FieldProblem]]:
    """Check types and limits.

    Returns:
        The settings, without the wrong ones, and every mistake.
    """
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        found = error.errors()
    problems = [
        FieldProblem(field=str(one["loc"][0]), problem=_explain_model_error(model, one))
        for one in found
    ]
    wrong = {problem.field for problem in problems}
    kept = {name: value for name, value in data.items() if name not in wrong}
    needed = {
        n: v for n, v in _STAND_INS.items() if n in wrong and n in model.model_fields
    }
    return model.model_validate({**kept, **needed}), problems


def check_digest(
    entry: Mapping[str, Any],
    *,
    destinations: Collection[str],
    resolve_address: Callable[[str], str],
    zone: str,
) -> tuple[DigestSettings, list[FieldProblem]]:
    """Check a digest and bring it into its normal form.

    Args:
        entry: As `[[workspace.digest]]` writes it.
        destinations: Names of the destinations that exist.
        resolve_address: Returns the full address of a source, or raises `UserError`.
        zone: Of schedules that name none.
    """
    settings, problems = validate_fields(DigestSettings, entry)
    wrong = {problem.field for problem in problems}
    converters: Mapping[str, Callable[[str], str]] = {
        "destinations": lambda name: _check_destination_name(name, destinations),
        "schedule": lambda s: describe_schedule(parse_schedule(s, zone)),
        "quiet_hours": _check_quiet_hours,
        "include": _check_filter,
        "exclude": _check_filter,
        "language": check_language,
        "sources": resolve_address,
        "paused_sources": resolve_address,
    }
    converted: dict[str, Any] = {}
    for field, convert in converters.items():
        value = getattr(settings, field)
        if field in wrong or value is None:
            continue
        values, found = _convert_values(field, value, convert)
        problems += found
        converted[field] = values[0] if isinstance(value, str) and values else values
    named: dict[str, str] = {}
    for address, name in settings.source_names.items():
        whole, found = _convert_values("source_names", address, resolve_address)
        problems += found
        named |= dict.fromkeys(whole, name)
    if problems:
        return settings, problems
    paused, sources = converted["paused_sources"], converted["sources"]
    problems += [
        FieldProblem(
            field=field,
            problem=UserError(
                "«{address}» is none of the digest's sources.",
                address=addresses.mask_secrets(address),
            ),
        )
        for field, listed in (("paused_sources", paused), ("source_names", named))
        for address in listed
        if address not in sources
    ]
    converted["sources"] = (*(a for a in sources if a not in paused), *paused)
    converted |= {"source_names": named, "skip": tuple(sorted(settings.skip))}
    return settings.model_copy(update=converted), problems


def _convert_values(
    field: str, value: str | Iterable[str], convert: Callable[[str], str]
) -> tuple[tuple[str, ...], list[FieldProblem]]:
    """Convert each value; those that raise are left out and reported."""
    kept: list[str] = []
    problems = []
    for one in [value] if isinstance(value, str) else value:
        try:
            kept.append(convert(one))
        except UserError as error:
            problems.append(FieldProblem(field=field, problem=error))
    return tuple(dict.fromkeys(kept)), problems


def find_name_problem(name: str) -> UserError | None:
    """Return why this cannot be a name; None when it can."""
    _, problems = validate_fields(DestinationSettings, {"name": name, "channel": "–"})
    return problems[0].problem if problems else None


def format_problem(problem: UserError) -> str:
    """Format the problem in English, to follow the name of its field."""
    text = str(problem)
    if problem.message.code.startswith("{"):
        # It may start with a name.
        return text
    return f"{text[:1].lower()}{text[1:]}"


#: Kinds of pydantic's errors → what to write instead, given a length limit.
_EXPLANATIONS: Final[Mapping[str, Callable[[int], UserError]]] = {
    "extra_forbidden": lambda _: UserError(
        "Unknown name; see the example in README.md."
    ),
    "missing": lambda _: UserError("This is missing."),
    "string_too_short": lambda _: UserError("This is empty; write something."),
    "string_too_long": lambda n: UserError(
        "This is too long; at most {n} characters.", n=n
    ),
    "too_long": lambda n: UserError("There are too many; at most {n}.", n=n),
    "too_short": lambda _: UserError("Name at least one."),
    "list_type": lambda _: UserError("Write a list here, in [ ]."),
    "tuple_type": lambda _: UserError("Write a list here, in [ ]."),
    "string_type": lambda _: UserError("Write a text here, in quotes."),
    "dict_type": lambda _: UserError("Write names with their values here."),
}


def _explain_model_error(model: type[SettingsModel], found: ErrorDetails) -> UserError:
    """Describe what to write instead of a value that pydantic rejected."""
    details = found.get("ctx", {})
    explain = _EXPLANATIONS.get(found["type"])
    if explain is not None:
        return explain(details.get("max_length", 0))
    if found["type"] == "value_error":
        (problem,) = details["error"].args
        if isinstance(problem, UserError):
            return problem
    return _explain_expected(model, str(found["loc"][0])) or UserError(
        "{problem}.", problem=found["msg"]
    )


def _explain_expected(model: type[SettingsModel], name: str) -> UserError | None:
    """Describe the values that the setting accepts."""
    setting = get_setting(model, name)
    if setting is None:
        return None
    match setting.kind:
        case "choice":
            choices = ", ".join(setting.choices)
            return UserError("Write one of: {choices}.", choices=choices)
        case "switch":
            return UserError("Write yes or no; in a file, true or false.")
        case "number" if setting.optional:
            return UserError(
                "Write a number from {least} to {most}, or none.",
                least=setting.least,
                most=setting.most,
            )
        case "number":
            return UserError(
                "Write a number from {least} to {most}.",
                least=setting.least,
                most=setting.most,
            )
    return None


def _check_destination_name(name: str, known: Collection[str]) -> str:
    if name not in known:
        raise UserError(
            "There is no destination «{name}» in this workspace; known: {known}.",
            name=name,
            known=", ".join(sorted(known)) or "–",
        )
    return name


def _check_quiet_hours(written: str) -> str:
    parse_quiet_hours(written)
    return written


def _check_filter(written: str) -> str:
    try:
        filters.validate_filter(written)
    except InputError as error:
        raise UserError("filter: {error}", error=error) from None
    return written


def resolve_source_kind(address: str, base: Path) -> tuple[SourceKind, str]:
    """Return the kind of source that an address names, and its full form.

    Raises:
        UserError: It is not a folder that exists, nor an http(s) address.
    """
    if "://" in address:
        address = address.strip()
        if not address.lower().startswith(("https://", "http://")):
            raise UserError(
                "«{address}» is neither a folder nor an http(s) address.",
                address=address,
            )
        if not addresses.extract_host(address) or any(c.isspace() for c in address):
            raise UserError(
                "«{address}» is not the address of a source.",
                address=addresses.mask_secrets(address),
            )
        return "feed", address
    path = (base / Path(address).expanduser()).resolve()
    if not path.exists():
        raise UserError(
            "the folder {path} does not exist; create it or correct the path.",
            path=path,
        )
    return "folder", str(path)


#: Codes of CLDR for texts in no language, or in several.
_NO_LANGUAGES: Final = frozenset({"und", "mul", "zxx", "root", "mis"})
#: Longer than any code with its region.
_MAX_CODE_LENGTH: Final = 35


def check_language(code: str) -> str:
    """Return the code if it names a language: «en», «de-AT», «zh-Hant».

    Raises:
        UserError: There is no such language; the text suggests a similar one.
    """
    from babel import Locale

    if len(code) > _MAX_CODE_LENGTH:
        raise UserError("This is too long; at most {n} characters.", n=_MAX_CODE_LENGTH)
    first, *parts = code.split("-")
    shaped = all(part.isascii() and part.isalnum() for part in (first, *parts))
    listed: Mapping[str, str] = Locale("en").languages
    known = {name for name in listed if "_" not in name} - _NO_LANGUAGES
    if shaped and first.lower() in known and all(1 < len(p) < 9 for p in parts):
        return code
    near = _guess_language(code)
    if near is None:
        raise UserError(
            "There is no language «{code}». Write it as a code, such as «en», «de» or "
            "«de-AT».",
            code=code,
        )
    name = Locale.parse(near).get_display_name(near) or near
    raise UserError(
        "There is no language «{code}». Did you mean «{near}» ({name})?",
        code=code,
        near=near,
        name=name,
    )


def _guess_language(written: str) -> str | None:
    """Guess the code from an older code, a name, or a similar word."""
    from babel.core import get_global

    said = normalize_text(written.split("-")[0] if len(written) < 6 else written)
    alias = get_global("language_aliases").get(said)
    if alias is not None and "_" not in alias:
        return str(alias)
    # Shorter words resemble the name of some language by chance.
    names = {n: c for n, c in _list_language_names() if len(said) > 3 or n == c}
    close = get_close_matches(said, names, n=1, cutoff=0.75)
    return names[close[0]] if close else None


def _list_language_names() -> Iterator[tuple[str, str]]:
    """List names of languages in English, German and themselves, with their codes."""
    from babel import Locale

    for code in STOP_WORDS:
        own = Locale.parse(code)
        yield code, code
        yield normalize_text(own.get_display_name(code) or code), code
    for speaker in ("en", "de"):
        for code, name in Locale(speaker).languages.items():
            if len(code) == 2:
                yield normalize_text(name), code


_POST_OPTION_LABELS: Final = {
    "silent": Message("messages without a sound"),
    "ping": Message("roles to ping"),
    "thread": Message("threads"),
    "crosspost": Message("channels that follow another one"),
}
_ROLE_ID: Final = re.compile(r"\d{1,20}")


def find_post_option_problems(
    options: PostOptions, platform: PlatformPlugin, *, workspace: str
) -> Iterator[FieldProblem]:
    """Find options that the platform does not support.

    Args:
        options: As they are requested.
        platform: Its descriptor.
        workspace: The platform's own id of the workspace.
    """
    for name, value in options:
        if (
            value
            and _POST_OPTION_LABELS.get(name)
            and name not in platform.post_options
        ):
            problem = UserError(
                "{platform} has no {what}.",
                platform=platform.title,
                what=_POST_OPTION_LABELS[name],
            )
            yield FieldProblem(field=name, problem=problem)
            return
    if options.ping is None:
        return
    if not _ROLE_ID.fullmatch(options.ping):
        problem = UserError("Name one role by a mention or by its number.")
        yield FieldProblem(field="ping", problem=problem)
    elif options.ping == workspace:
        # On some platforms the id of the workspace is that of the role of everybody.
        problem = UserError(
            "Everybody cannot be pinged; name a role that people can leave."
        )
        yield FieldProblem(field="ping", problem=problem)
