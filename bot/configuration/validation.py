"""Check settings: one checker for files, chat and the command line.

It reports every mistake of a digest or destination with its field, and returns the
normal form: full addresses, schedules as `bot.schedules` writes them, paused sources
last. A digest may have a language into which the bot's own texts are not translated.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.errors import FieldError, UserError
from bot.ingest import addresses
from bot.model import (
    DestinationSettings,
    DigestSettings,
    PostOptions,
    Setting,
    SettingsModel,
    SourceKind,
    get_setting,
    list_settings,
)
from bot.ports import PlatformPlugin
from bot.schedules.parsing import parse_schedule
from bot.schedules.posting_rules import parse_quiet_hours
from bot.schedules.wording import describe_schedule
from digests.errors import InputError
from digests.language.normalization import normalize_text
from digests.language.words import STOP_WORDS
from digests.stories import filters

M = TypeVar("M", bound=SettingsModel)
#: Settings of a digest that have a value for some of its sources, by address.
BY_SOURCE: Final = ("source_names", "full_text")
#: Those that list some of its sources.
SOME_SOURCES: Final = ("paused_sources", "pictures")
#: Placeholder for a required value that is invalid, so that the rest is checked.
STAND_IN: Final = "–"
_STAND_INS: Final[Mapping[str, Any]] = {
    "name": STAND_IN,
    "sources": [STAND_IN],
    "channel": STAND_IN,
    "id": STAND_IN,
    "platform": STAND_IN,
}


#: Mistakes of one setting that are explained: each value of a long list may have one.
_MAX_EXPLAINED: Final = 20


def validate_fields(
    model: type[M], data: Mapping[str, Any]
) -> tuple[M, list[FieldError]]:
    """Check types and limits.

    Returns:
        The settings, without the wrong ones, and every mistake.
    """
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        found = error.errors(include_url=False)
    counted = Counter[str]()
    problems = []
    for one in found:
        counted[str(one["loc"][0])] += 1
        if counted[str(one["loc"][0])] <= _MAX_EXPLAINED:
            problems.append(_explain_model_error(model, one))
    wrong = {problem.field for problem in problems}
    kept = {name: value for name, value in data.items() if name not in wrong}
    needed = wrong & model.model_fields.keys() & _STAND_INS.keys()
    stand_ins = {name: _STAND_INS[name] for name in needed}
    return model.model_validate({**kept, **stand_ins}), problems


def check_digest(
    entry: Mapping[str, Any],
    *,
    destinations: Collection[str],
    resolve_address: Callable[[str], str],
    zone: str,
    had: Collection[str],
) -> tuple[DigestSettings, list[FieldError]]:
    """Check a digest and bring it into its normal form.

    Args:
        entry: As `[[workspace.digest]]` writes it.
        destinations: Names of the destinations that exist.
        resolve_address: Returns the full address of a source, or raises `UserError`.
        zone: Of schedules that name none.
        had: Addresses of sources that may be gone; what is set of them goes with them.
            To set something of another source than the digest reads is a mistake.
    """
    settings, problems = validate_fields(DigestSettings, entry)
    wrong = {problem.field for problem in problems}
    converters: Mapping[str, Callable[[str], str]] = {
        "destinations": lambda name: _check_destination_name(name, destinations),
        "schedule": lambda s: describe_schedule(parse_schedule(s, zone)),
        "review_channel": lambda name: _check_destination_name(name, destinations),
        "quiet_hours": _check_quiet_hours,
        "include": _check_filter,
        "exclude": _check_filter,
        "language": check_language,
        "sources": resolve_address,
        "paused_sources": resolve_address,
        "pictures": resolve_address,
    }

    def convert_all(
        field: str, values: Iterable[str], convert: Callable[[str], str]
    ) -> tuple[str, ...]:
        """Convert each value; those that raise are left out and reported."""
        kept: list[str] = []
        for value in values:
            try:
                kept.append(convert(value))
            except UserError as error:
                problems.append(FieldError.of(error, field=field))
        return tuple(dict.fromkeys(kept))

    converted: dict[str, Any] = {}
    for field, convert in converters.items():
        value = getattr(settings, field)
        if field in wrong or value is None:
            continue
        if isinstance(value, str):
            default = DigestSettings.model_fields[field].default
            converted[field] = next(iter(convert_all(field, [value], convert)), default)
        else:
            converted[field] = convert_all(field, value, convert)
    for field in BY_SOURCE:
        pairs = getattr(settings, field).items()
        converted[field] = {
            whole: value
            for address, value in pairs
            for whole in convert_all(field, [address], resolve_address)
        }
    if converted.get("review_channel") in converted.get("destinations", ()):
        problem = FieldError(
            "Readers would see the drafts: the digest is posted to «{name}». Choose "
            "a channel of the editors.",
            name=converted["review_channel"],
            field="review_channel",
        )
        problems.append(problem)
    if problems:
        return settings.model_copy(update=converted), problems
    known = {*converted["sources"], *had}
    problems += [
        FieldError(
            "«{address}» is none of the digest's sources.",
            address=addresses.mask_secrets(address),
            field=field,
        )
        for field in (*SOME_SOURCES, *BY_SOURCE)
        for address in converted[field]
        if address not in known
    ]
    converted |= _leave_out_unread(converted)
    converted["skip"] = tuple(sorted(settings.skip))
    return settings.model_copy(update=converted), problems


def _leave_out_unread(converted: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the sources, paused ones last, and only what is set of one of them."""
    sources = converted["sources"]
    known = frozenset(sources)
    kept = {
        field: tuple(a for a in converted[field] if a in known)
        for field in SOME_SOURCES
    }
    paused = frozenset(kept["paused_sources"])
    by_source = {
        field: {a: v for a, v in converted[field].items() if a in known}
        for field in BY_SOURCE
    }
    active = (a for a in sources if a not in paused)
    last = kept["paused_sources"]
    return {**kept, **by_source, "sources": (*active, *last)}


def find_name_problem(name: str) -> UserError | None:
    """Return why this cannot be a name; None when it can."""
    _, problems = validate_fields(
        DestinationSettings, {"name": name, "channel": STAND_IN}
    )
    return problems[0] if problems else None


def format_problem(problem: UserError) -> str:
    """Format the problem in English, to follow the name of its field."""
    text = str(problem)
    if problem.message.code.startswith("{"):
        # It may start with a name.
        return text
    return f"{text[:1].lower()}{text[1:]}"


def _explain_model_error(model: type[SettingsModel], found: ErrorDetails) -> FieldError:
    """Describe what to write instead of a value that pydantic rejected."""
    field, kind, details = str(found["loc"][0]), found["type"], found.get("ctx", {})
    if kind == "value_error" and isinstance(details["error"].args[0], UserError):
        return FieldError.of(details["error"].args[0], field=field)
    n = details.get("max_length", 0)
    # By the kinds of pydantic's errors.
    explanations: Mapping[str, UserError] = {
        "extra_forbidden": UserError("Unknown name; see docs/configuration.md."),
        "missing": UserError("This is missing."),
        "string_too_short": UserError("This is empty; write something."),
        "string_too_long": UserError("This is too long; at most {n} characters.", n=n),
        "too_long": UserError("There are too many; at most {n}.", n=n),
        "too_short": UserError(
            "A digest needs a source. Add another first, or delete the digest."
        ),
        "list_type": UserError("Write a list here, in [ ]."),
        "tuple_type": UserError("Write a list here, in [ ]."),
        "string_type": UserError("Write a text here, in quotes."),
        "dict_type": UserError("Write names with their values here."),
    }
    explained = (
        explanations.get(kind)
        or _explain_expected(get_setting(model, field))
        or UserError("{problem}.", problem=found["msg"])
    )
    return FieldError.of(explained, field=field)


def _explain_expected(setting: Setting | None) -> UserError | None:
    """Describe the values that the setting accepts."""
    if setting is None:
        return None
    limits = {"least": setting.least, "most": setting.most}
    match setting.kind:
        case "choice" | "mapping" if setting.choices:
            choices = ", ".join(setting.choices)
            return UserError("Write one of: {choices}.", choices=choices)
        case "switch":
            return UserError("Write yes or no; in a file, true or false.")
        case "number" if setting.optional:
            return UserError(
                "Write a number from {least} to {most}, or none.", **limits
            )
        case "number":
            return UserError("Write a number from {least} to {most}.", **limits)
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
    hours = parse_quiet_hours(written)
    return f"{hours.start:%H:%M}-{hours.end:%H:%M}"


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
                address=addresses.mask_secrets(address),
            )
        if not addresses.extract_host(address) or any(c.isspace() for c in address):
            raise UserError(
                "«{address}» is not the address of a source.",
                address=addresses.mask_secrets(address),
            )
        return "feed", address
    path = (base / Path(address).expanduser()).resolve()
    if not path.exists():
        shown = addresses.mask_secrets(address)
        raise UserError(
            "the folder {path} does not exist; create it or correct the path.",
            path=path if shown == address else shown,
        )
    return "folder", str(path)


#: Codes of CLDR for texts in no language, or in several.
_NO_LANGUAGES: Final = frozenset({"und", "mul", "zxx", "root", "mis"})
#: Longer than any code with its region.
_MAX_CODE_LENGTH: Final = 35


def check_language(code: str) -> str:
    """Return the code of a language: «en», «de-AT», «zh-Hant»; «German» is «de».

    Raises:
        UserError: There is no such language; the text suggests a similar one.
    """
    from babel import Locale
    from babel.core import get_global

    if len(code) > _MAX_CODE_LENGTH:
        raise UserError("This is too long; at most {n} characters.", n=_MAX_CODE_LENGTH)
    first, *parts = code.split("-")
    known = Locale("en").languages.keys() - _NO_LANGUAGES
    shaped = all(p.isascii() and p.isalnum() and 1 < len(p) < 9 for p in parts)
    if shaped and first.lower() in known:
        return code
    said = normalize_text(code if len(code) > 5 else first).strip()
    # Shorter words resemble the name of some language by chance.
    names = _map_language_names() if len(said) > 3 else {}
    if said in names:
        return names[said]
    names |= {code: code for code in STOP_WORDS}
    older = get_global("language_aliases").get(said)
    if older is not None and "_" not in older:
        names[said] = str(older)
    for close in get_close_matches(said, names, n=1, cutoff=0.75):
        near = names[close]
        raise UserError(
            "There is no language «{code}». Did you mean «{near}» ({name})?",
            code=code,
            near=near,
            name=Locale.parse(near).get_display_name(near) or near,
        )
    raise UserError(
        "There is no language «{code}». Write it as a code, such as «en», «de» or "
        "«de-AT».",
        code=code,
    )


def _map_language_names() -> dict[str, str]:
    """Map names of languages, in their own, English and German, to codes."""
    from babel import Locale

    own = {Locale.parse(c).get_display_name(c) or c: c for c in STOP_WORDS}
    others = (Locale(speaker).languages.items() for speaker in ("en", "de"))
    listed = {n: c for names in others for c, n in names if len(c) == 2}
    return {normalize_text(name): code for name, code in {**own, **listed}.items()}


_ROLE_ID: Final = re.compile(r"\d{1,20}")


def find_post_option_problems(
    options: PostOptions, platform: PlatformPlugin, *, workspace: str
) -> Iterator[FieldError]:
    """Find options that the platform does not support.

    Args:
        options: As they are requested.
        platform: Its descriptor.
        workspace: The platform's own id of the workspace.
    """
    for setting in list_settings(PostOptions):
        name, title = setting.name, platform.title
        if getattr(options, name) and name not in platform.post_options:
            yield FieldError(
                "{platform} does not offer this.", platform=title, field=name
            )
            return
    if options.ping is None:
        return
    if not _ROLE_ID.fullmatch(options.ping):
        yield FieldError("Name one role by a mention or by its number.", field="ping")
    elif options.ping == workspace:
        # On some platforms the id of the workspace is that of the role of everybody.
        yield FieldError(
            "Everybody cannot be pinged; name a role that people can leave.",
            field="ping",
        )
