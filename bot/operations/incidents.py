"""Tell editors once, in private, what stopped working, and when it works again.

    list_incidents           dead sources, held messages and what the nightly checks
                             found, of all workspaces
    report_incidents         what is new, and what works again → one notice for each
                             workspace
    list_workspace_problems  those of one workspace, and where its posting is paused
    list_problems            what the local page shows its editors

A destination that refuses messages has a notice of its own, at the moment when it is
paused (`delivery.private_notices`). What was reported is stored, so that a restart
reports nothing again; it is reported again if it recovered and failed again, at most
once a day. That it works again is reported to the same person, if it does so by itself
or somebody repaired it: not if the source or the channel was removed, and not about
held messages and quotas. Editors of the local page see it there for as long as it
lasts.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.configuration.diff import hide_folders
from bot.configuration.quota_checks import describe_use
from bot.delivery import private_notices
from bot.i18n.translation import Texts
from bot.ingest import source_health
from bot.model import Delivery, Destination, Source, Workspace
from bot.model.quotas import NEAR_LIMIT
from bot.model.scope import Scope
from bot.ports import Clock
from bot.storage import (
    Connection,
    Database,
    delivery_store,
    destination_store,
    digest_store,
    examination_store,
    notice_store,
    quota_store,
    source_store,
    workspace_store,
)
from bot.storage.examination_store import CHANNEL_SUBJECT, Examination
from bot.storage.notice_store import NOTICE_INTERVAL, ReportedIncident
from bot.storage.source_store import FailingSource
from digests.messages import Message
from digests.types import frozen

#: How far below its threshold a quota is near no more, as a share of its limit.
QUOTA_HYSTERESIS: Final = 0.1
#: Incidents that one notice describes; it counts the others.
MAX_LISTED: Final = 8


@frozen
class Incident:
    """Something that stopped working."""

    workspace: Workspace
    #: Identifies it among those of its workspace: «source/12», «delivery/7»,
    #: «destination/3», «workspace/».
    subject: str
    #: Of the source, the channel or the workspace.
    name: str
    text: Message
    #: What an editor does about it.
    fix: Message
    #: The channel that it concerns; None = none.
    channel: str | None = None
    #: The source that it is about, in one of the digests that read it.
    source: Source | None = None
    digest_id: int | None = None
    #: The key of the held message that it is about.
    delivery: str = ""
    #: Whether its words are those of a check, which are no whole sentences.
    is_finding: bool = False
    #: What it is called when it works again; None = that is not reported.
    recovery_name: str | None = None

    @property
    def whole(self) -> Message:
        """What is wrong, and what an editor does about it."""
        if self.is_finding:
            return Message("{problem} → {fix}", problem=self.text, fix=self.fix)
        return Message("{problem} {fix}", problem=self.text, fix=self.fix)


@frozen
class IncidentReporter:
    """Reports incidents, over one database."""

    db: Database
    clock: Clock
    #: Stored articles that a workspace may have; 0 = no limit.
    quota_articles: int = 0

    async def run(self) -> bool:
        """Store notices of what is new; return whether there are any."""
        now, quota = self.clock.now(), self.quota_articles
        # Most of the time nothing changed, and nothing is written.
        if not await self.db.read(_has_changes, now, quota):
            return False
        return await self.db.write(report_incidents, now, quota)


def list_problems(conn: Connection, now: datetime) -> tuple[Message, ...]:
    """List what an editor of the local page has to know."""
    found = list_incidents(conn, now)
    local = (incident.whole for incident in found if incident.workspace.is_local)
    return (*private_notices.list_posting_problems(conn), *local)


def list_incidents(
    conn: Connection, now: datetime, scope: Scope | None = None
) -> tuple[Incident, ...]:
    """List what does not work at present, by workspace; in all without a scope."""
    if scope is not None:
        known = source_store.list_failing_sources(conn, scope)
        held = delivery_store.list_held_deliveries(conn, scope)
        looked = examination_store.list_examinations(conn, scope)
        examined = tuple(one for one in looked if one.problem is not None)
    else:
        known = source_store.list_all_failing_sources(conn)
        held = delivery_store.list_all_held_deliveries(conn)
        examined = examination_store.list_all_examinations(conn, with_problem=True)
    failing = [one for one in known if source_health.is_dead(one.source, now)]
    if not failing and not held and not examined:
        return ()
    spaces = {space.id: space for space in workspace_store.list_workspaces(conn)}
    # A source of several digests of a workspace is one incident.
    by_source = {(one.workspace_id, one.source.id): one for one in reversed(failing)}
    found = [
        *(
            _describe_source(conn, spaces[o.workspace_id], o)
            for o in by_source.values()
        ),
        *(_describe_held(conn, spaces[one.workspace_id], one) for one in held),
        *(
            _describe_examined(conn, spaces[one.workspace_id], one)
            for one in examined
            if one.workspace_id in spaces
        ),
    ]
    return tuple(sorted(found, key=lambda one: (one.workspace.id, one.subject)))


def list_workspace_problems(
    conn: Connection, scope: Scope, now: datetime
) -> tuple[Incident, ...]:
    """List what needs an editor of this workspace, the most urgent first."""
    space = workspace_store.find_workspace(conn, scope)
    if space is None:
        return ()
    found: list[Incident] = []
    if space.stopped is not None:
        found.append(
            Incident(
                workspace=space,
                subject="workspace/",
                name=space.name,
                text=Message("Posting is paused here: {why}", why=space.stopped),
                fix=Message("Once it is fixed, posting resumes by itself."),
            )
        )
    found += [
        Incident(
            workspace=space,
            subject=f"destination/{place.id}",
            name=place.name,
            text=place.paused,
            fix=_describe_retest(place, now, space),
            channel=place.channel,
        )
        for place in destination_store.list_destinations(conn, scope)
        if place.paused is not None
    ]
    incidents = list_incidents(conn, now, scope)
    # Messages that wait for a decision hold up others.
    return (*found, *sorted(incidents, key=lambda one: not one.delivery))


def _describe_retest(place: Destination, now: datetime, space: Workspace) -> Message:
    if place.retest_at is None:
        return Message("Nothing is posted there until somebody resumes it.")
    when = Texts.of(space.locale).moment(place.retest_at, space.zone, now)
    return Message("Next attempt: {when}.", when=when)


def report_incidents(conn: Connection, now: datetime, quota_articles: int = 0) -> bool:
    """Store one notice for each workspace with new incidents; return if there is one.

    Those that ended are recorded as well. The quota of stored articles is reported in
    the same way when it is near and when it is reached.
    """
    changes = _find_changes(conn, now, quota_articles)
    recovered = {
        workspace_id: find_recovered(conn, Scope(workspace_id), ended)
        for workspace_id, ended in changes.ended.items()
    }
    for workspace_id, ended in changes.ended.items():
        subjects = [one.subject for one in ended]
        notice_store.end_incidents(conn, Scope(workspace_id), subjects, now)
    new = defaultdict[int, list[Incident]](list)
    for incident in changes.new:
        new[incident.workspace.id].append(incident)
    for workspace_id, incidents in new.items():
        names = {incident.subject: incident.recovery_name for incident in incidents}
        notice_store.save_reported_incidents(conn, Scope(workspace_id), names, now)
    stored = False
    for space in workspace_store.list_workspaces(conn):
        some, again = new.get(space.id, ()), recovered.get(space.id, ())
        if some or again:
            stored |= _add_notice(conn, space, some, again, now)
    return stored


@frozen
class _Changes:
    """What changed since the last report."""

    new: Sequence[Incident]
    #: By workspace.
    ended: Mapping[int, Sequence[ReportedIncident]]


def _has_changes(conn: Connection, now: datetime, quota_articles: int) -> bool:
    changes = _find_changes(conn, now, quota_articles)
    return bool(changes.new or changes.ended)


def _find_changes(conn: Connection, now: datetime, quota_articles: int) -> _Changes:
    reported = {
        (one.workspace_id, one.subject): one
        for one in notice_store.list_reported_incidents(conn)
    }
    found = (
        *list_incidents(conn, now),
        *_list_quota_incidents(conn, quota_articles, reported),
    )
    present = {
        (incident.workspace.id, incident.subject): incident
        for incident in found
        if not incident.workspace.is_local
    }
    ended = defaultdict[int, list[ReportedIncident]](list)
    for key, one in reported.items():
        is_forgotten = one.recovered_at is not None and _is_old(one, now)
        if key not in present and (one.recovered_at is None or is_forgotten):
            ended[one.workspace_id].append(one)
    new = []
    for key, incident in present.items():
        before = reported.get(key)
        came_again = before is not None and before.recovered_at is not None
        if before is None or (came_again and _is_old(before, now)):
            new.append(incident)
    return _Changes(new=new, ended=ended)


def _list_quota_incidents(
    conn: Connection, limit: int, reported: Collection[tuple[int, str]]
) -> Iterator[Incident]:
    """List the workspaces whose stored articles are near the limit or reach it.

    One that was reported counts until it is well below, so that a use around the
    threshold is reported once.
    """
    if not limit:
        return
    least = NEAR_LIMIT - QUOTA_HYSTERESIS
    for space, use in quota_store.list_article_uses(conn, limit, least):
        states = {"quota/articles": use.is_near, "quota/articles-full": use.is_full}
        for subject, is_so in states.items():
            if is_so or (space.id, subject) in reported:
                yield Incident(
                    workspace=space,
                    subject=subject,
                    name=space.name,
                    text=describe_use(use),
                    fix=Message("/newsdesk status shows it."),
                )


def _is_old(one: ReportedIncident, now: datetime) -> bool:
    """Whether another notice about it may be sent."""
    return one.reported_at <= now - NOTICE_INTERVAL


@frozen
class Recovery:
    """Something that was reported and works again."""

    name: str
    #: The channel that it concerns; None = none.
    channel: str | None


def find_recovered(
    conn: Connection, scope: Scope, ended: Sequence[ReportedIncident]
) -> tuple[Recovery, ...]:
    """Find those of the ended incidents that work again, and were not just removed."""
    reported = [one for one in ended if one.name and one.recovered_at is None]
    if not reported:
        return ()
    read = {
        f"source/{one.id}": one for one in digest_store.list_read_sources(conn, scope)
    }
    well = {
        one.subject
        for one in examination_store.list_examinations(conn, scope)
        if one.problem is None
    }
    places = _list_places(conn, scope)
    found = []
    for one in reported:
        place, source = places.get(one.subject), read.get(one.subject)
        channel = place.channel if place is not None else None
        is_well = one.subject in well
        if source is not None:
            last = source.last_success_at
            is_well = last is not None and last > one.reported_at
            channel = _find_channel_of_source(conn, scope, source)
        if is_well:
            found.append(Recovery(name=one.name or "", channel=channel))
    return tuple(found)


def _list_places(conn: Connection, scope: Scope) -> Mapping[str, Destination]:
    """Map the subjects of channels that are examined to their destinations."""
    found = destination_store.list_destinations(conn, scope)
    return {f"{CHANNEL_SUBJECT}{place.id}": place for place in found}


def _find_channel_of_source(
    conn: Connection, scope: Scope, source: Source
) -> str | None:
    """Find the first channel of a digest that reads the source."""
    for digest in digest_store.list_digests(conn, scope):
        if any(one.id == source.id for one in digest.sources) and digest.destinations:
            return digest.destinations[0].channel
    return None


# ── words ──────────────────────────────────────────────────────────────────────


def _describe_source(
    conn: Connection, space: Workspace, failing: FailingSource
) -> Incident:
    source = failing.source
    name = source.called or source.name
    fix = Message("/newsdesk home shows it and what can be done.")
    if source.stopped:
        text = Message(
            "Source «{name}» no longer exists and is not read any more.", name=name
        )
        fix = Message("Remove it, or add its new address: /newsdesk home.")
    elif source.last_success_at is None:
        text = Message(
            "Source «{name}» could not be read once so far: {why}",
            name=name,
            why=source.problem or "",
        )
    else:
        text = Message(
            "Source «{name}» was last read on {day}: {why}",
            name=name,
            day=source.last_success_at.astimezone(ZoneInfo(space.zone)).date(),
            why=source.problem or "",
        )
    digest = digest_store.find_digest(conn, space.scope, failing.digest_id)
    places = digest.destinations if digest is not None else ()
    return Incident(
        workspace=space,
        subject=f"source/{source.id}",
        name=name,
        text=text,
        fix=fix,
        channel=places[0].channel if places else None,
        recovery_name=name,
        source=source,
        digest_id=failing.digest_id,
    )


def _describe_held(conn: Connection, space: Workspace, held: Delivery) -> Incident:
    place = destination_store.find_destination(conn, space.scope, held.destination_id)
    name = place.name if place is not None else held.channel
    text = Message(
        "It is unclear whether a message arrived in #{name}: {why}",
        name=name,
        why=held.reason or "",
    )
    return Incident(
        workspace=space,
        subject=f"delivery/{held.id}",
        name=name,
        text=text,
        fix=Message(
            "Decide with /newsdesk home whether it is sent again; later messages wait "
            "for it."
        ),
        channel=held.channel,
        delivery=held.key,
    )


def _describe_examined(
    conn: Connection, space: Workspace, found: Examination
) -> Incident:
    kind, _, key = found.subject.partition("/")
    place = _list_places(conn, space.scope).get(found.subject)
    texts = Texts.of(space.locale)
    match kind:
        case "disk":
            text = Message(
                "The disk of the computer that the bot runs on: {problem}",
                problem=found.problem,
            )
            name = texts.say("the disk of the bot’s computer")
        case "account":
            text = Message("The bot’s account: {problem}", problem=found.problem)
            name = texts.say("the bot’s account")
        case _:
            name = f"#{place.name if place is not None else key}"
            text = Message("{name}: {problem}", name=name, problem=found.problem)
    return Incident(
        workspace=space,
        subject=found.subject,
        name=name,
        text=text,
        fix=found.fix or Message(""),
        channel=place.channel if place is not None else None,
        is_finding=True,
        recovery_name=name,
    )


def _add_notice(
    conn: Connection,
    space: Workspace,
    new: Sequence[Incident],
    recovered: Sequence[Recovery],
    now: datetime,
) -> bool:
    """Store the notice for the person who set up the first channel concerned."""
    channels = [one.channel for one in new] + [one.channel for one in recovered]
    channel = next((one for one in channels if one is not None), None)
    person = channel and notice_store.find_person_to_notify(conn, space.scope, channel)
    texts = Texts.of(space.locale)
    parts = [_word_incidents(texts, space, new)] if new else []
    if recovered:
        names = ", ".join(one.name for one in recovered[:MAX_LISTED])
        again = texts.say("Works again: {names}", names=names)
        parts.append(again if new else f"{again} · {space.name}")
    text = "\n".join(parts)
    return notice_store.add_incident_notice(conn, space.scope, person, text, now)


def _word_incidents(texts: Texts, space: Workspace, new: Sequence[Incident]) -> str:
    lines = [texts.say("Standfirst needs an editor: {where}", where=space.name)]
    # Paths on this machine are not for chats.
    sources = [one.source for one in new if one.source is not None]
    # A quota can be near and reached at once, in the same words.
    lines += dict.fromkeys(
        f"• {hide_folders(texts.message(one.whole), sources)}"
        for one in new[:MAX_LISTED]
    )
    more = len(new) - MAX_LISTED
    if more > 0:
        lines.append(
            texts.count(
                "… and {n} more: /newsdesk doctor lists all.",
                "… and {n} more: /newsdesk doctor lists all.",
                more,
            )
        )
    known_by = texts.say(
        "You get this message once, because you set this up or manage the bot there; "
        "again only if it works and then fails again."
    )
    return "\n".join((*lines, known_by))
