"""Writes to a reader what became of their report; it sends nothing.

The answer is a notice, made in the transaction in which the report is settled: it goes
to its reader alone and once (`notices`). Where it cannot, it waits for their next
command.
"""

from datetime import datetime
from typing import Final

from bot.storage import Connection, notices, readers, reports, workspaces
from bot.storage.reports import Report
from bot.texts import Texts

#: Characters of the reader's own words that are repeated to them.
REPEATED: Final = 300


def settle(
    conn: Connection,
    *,
    workspace_id: int,
    public_id: str,
    by: str,
    answer: str,
    now: datetime,
) -> Report | None:
    """Close a report, and write its reader what became of it, in their language.

    Args:
        conn: The transaction of both.
        workspace_id: The workspace's key.
        public_id: The report's.
        by: Who settles it, for the record; the reader is not told.
        answer: What the reader is answered; "" = nothing more than that it is settled.
        now: The present instant.

    Returns:
        The report; None: it is not open here.
    """
    here = {"workspace_id": workspace_id}
    report = reports.settle(
        conn, **here, public_id=public_id, by=by, answer=answer, now=now
    )
    space = workspaces.by_id(conn, workspace_id=workspace_id)
    if report is None or space is None:
        return report
    chosen = readers.of(conn, **here, person_id=report.person_id).locale
    texts = Texts.of(chosen or report.locale or space.locale)
    notices.add_answer(
        conn,
        workspace_id=workspace_id,
        report_id=report.id,
        person_id=report.person_id,
        text="\n".join(_answered(report, space.name, texts)),
        now=now,
    )
    return report


def _answered(report: Report, where: str, texts: Texts) -> list[str]:
    lines = [
        texts.say("Your report {id} was settled.", id=report.public_id),
        f"{report.headline} · {where}" if where else report.headline,
        texts.say("You wrote: {text}", text=_short(report.text)),
    ]
    if report.answer:
        lines.append(texts.say("The editors answer: {text}", text=report.answer))
    return lines


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= REPEATED else f"{line[: REPEATED - 1]}…"
