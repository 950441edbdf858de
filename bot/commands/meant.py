"""Which source somebody means, and what is done to a digest's list of them; no command.

A source goes by the name it has here, by its own, and by its address as it is shown.
"""

from bot.commands.desk import Desk
from bot.configuring import Entry
from bot.configuring.telling import cut, shown_source
from bot.errors import UnknownName, UserError
from bot.intake import addresses
from bot.types import Digest, Invocation, Option, Source
from digests.language.fold import fold

#: How every command takes a source.
SOURCE = Option(
    name="source",
    description="Its name or address",
    required=True,
    rest=True,
    completes="source",
)


async def meant(desk: Desk, invocation: Invocation) -> tuple[Digest, str]:
    """The digest, and the whole address of the source that is meant.

    Raises:
        UserError: The words fit none of what is read here, or several.
    """
    args, place = invocation.args, invocation.place
    if args.get("digest"):
        known: tuple[Digest, ...] = (await desk.archive.named(place, args["digest"]),)
    else:
        known = await desk.archive.digests(place.workspace.id)
    said = fold(args["source"]).strip()
    pairs = [(d, s) for d in known for s in (*d.sources, *d.paused_sources)]
    exact = [(d, s) for d, s in pairs if said in _names(s)]
    near = exact or [(d, s) for d, s in pairs if any(said in n for n in _names(s))]
    if len(near) == 1:
        return near[0][0], near[0][1].address
    if not near:
        names = ", ".join(f"«{called(s)}»" for _, s in pairs[:10]) or "none"
        raise UnknownName(
            "«{source}» is no source here. There are: {names}.",
            source=cut(args["source"]),
            names=names,
        )
    if len({s.address for _, s in near}) == 1:
        names = ", ".join(f"«{d.name}»" for d, _ in near)
        raise UserError(
            "Several digests read it: say digest= with one of {names}.", names=names
        )
    names = ", ".join(f"«{called(s)}»" for _, s in near[:10])
    raise UserError(
        "«{source}» fits several: {names}.", source=cut(args["source"]), names=names
    )


def _names(source: Source) -> frozenset[str]:
    """What a source goes by; a secret address also by how it is shown."""
    forms = [source.name, source.address, shown_source(source.address)]
    forms += [source.called] if source.called else []
    return frozenset(fold(form).strip() for form in forms)


def called(source: Source) -> str:
    """How people know the source here."""
    return cut(source.called or addresses.shown(source.name))


def without(entry: Entry, address: str) -> Entry:
    """The digest without this source."""
    kinds = ("sources", "paused_sources")
    return {**entry, **{k: [a for a in entry[k] if a != address] for k in kinds}}


def hold_to_another(digest: Digest) -> None:
    """Raise `UserError` where the digest has only one source, which cannot go."""
    if len(digest.sources) + len(digest.paused_sources) == 1:
        raise UserError(
            "It is the only source of «{name}». Add another one first, or delete "
            "the digest: /newsdesk digest delete.",
            name=digest.name,
        )
