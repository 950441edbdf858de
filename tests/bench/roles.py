"""Several processes over PostgreSQL: how they scale, what waits, what a unit costs.

    python -m tests.bench.roles [NAME…] [--size SIZE]

    reading    reading, analysing and composing: two workers on two processors to one
    slack      deliveries over 200 workspaces without limits: two workers to one
    limits     the same with Slack's limit of a post a second and channel
    discord    four workers with one token: the rate used, and the 429s earned
    waiting    50 posts a second: from stored to claimed
    hostile    one workspace with 100 digests × 200 sources: how late the others are
    units      what a reading, an article, an edition, a delivery and a job cost
    idle       memory, connections and processor time of each role without work

Each runs for less than three minutes on two free processors. A SIZE of 0.2 does a fifth
of the work, for busy ones: the shares and the costs of a unit still hold there.
PostgreSQL has its defaults, with its folder on the disk. What the processes talk to
runs in processes of its own, so that its share of the processors can be told. Prints
and asserts nothing.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import mean, median
from typing import Any

from bot.model.jobs import JobRequest
from bot.model.scope import Scope
from bot.storage import Connection, destination_store, job_requests
from tests.bench import role_contents, role_ends
from tests.bench.role_cluster import Cluster, Costs, running_cluster, wait_until
from tests.bench.role_contents import furnish_news, furnish_posts, list_teams

#: Teams on Slack, and of a hostile workspace: digests, sources of each, and characters
#: of an article.
TEAMS = 200
DIGESTS, SOURCES, LONG = 100, 200, 200_000
_READ = "SELECT count(*) FROM sources WHERE last_success_at IS NOT NULL"
_DUE = "SELECT count(*) FROM occurrences WHERE state = 'due'"
_SENT = "SELECT count(*) FROM deliveries WHERE state = 'sent'"


def main(names: Sequence[str], size: float) -> None:
    for name in names or BENCHES:
        begun = time.perf_counter()
        print(f"── {name} ──", flush=True)
        BENCHES[name](size)
        print(f"  ({time.perf_counter() - begun:.0f} s)", flush=True)


@contextmanager
def cluster(**ends: role_ends.End) -> Iterator[Cluster]:
    """Run a server of its own for processes that talk to these ends."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        # The server may run as another user.
        Path(folder).chmod(0o755)
        with running_cluster(Path(folder)) as found:
            for name, end in ends.items():
                found.others[name] = end.pid
                if isinstance(end.said, dict):
                    found.settings |= end.said
            yield found


def _share(cost: Costs, name: str) -> str:
    return f"{100 * cost.of(name) / sum(cost.seconds.values()):.0f} %"


def _tell_scaling(unit: str, count: int, runs: Mapping[int, Costs]) -> None:
    for workers, cost in runs.items():
        busy = cost.of("worker")
        speeds = " and ".join(f"{cost.probed[n].speed:.0f}" for n in range(workers))
        print(
            f"{workers} worker(s): {count} {unit} in {cost.at:.1f} s = "
            f"{count / cost.at:.1f}/s; {count / busy:.1f} for a second of the workers' "
            f"processor time, on processors of speed {speeds}\n"
            f"  the database's share {_share(cost, 'database')}; {cost.describe()}"
        )
    one, several = runs[1], runs[2]
    # What two do in a second, to what one would do on a processor of their mean speed.
    faster = mean(several.probed[n].speed for n in (0, 1)) / one.probed[0].speed
    print(
        f"two workers to one: {one.at / several.at:.2f} ×, at the same speed of the "
        f"processors {one.at / several.at / faster:.2f} × (target 1.6); work for a "
        f"second of the workers' time {one.of('worker') / several.of('worker'):.2f} ×"
    )


# ── reading, analysing, composing ──────────────────────────────────────────────


def reading(size: float) -> None:
    """Time the same work with one worker and with two, a processor each."""
    feeds, articles = 10 * round(12 * size), 12
    runs = {n: _read_everything(n, feeds, articles) for n in (1, 2)}
    _tell_scaling("articles", feeds * articles, runs)


def _read_everything(workers: int, feeds: int, articles: int) -> Costs:
    first = 10 * workers
    with (
        role_ends.running(role_ends.serve_news, first + feeds, articles, 3600) as news,
        role_ends.running(role_ends.serve_discord, False) as discord,
        cluster(sites=news, discord=discord) as here,
    ):
        # Until each worker has loaded its libraries and started its sandbox.
        role_contents.write(here, furnish_news, news.said, workers, 10, 5)
        for number in range(workers):
            here.start_ready("worker", number + 1, cpus={number})
        here.start_ready("scheduler")
        _wait_until_read(here, first)
        more = partial(furnish_news, first=first, channel=10 * workers)
        before = here.measure()
        role_contents.write(here, more, news.said, feeds // 10, 10, 5)
        _wait_until_read(here, first + feeds)
        return here.measure().since(before)


def _wait_until_read(here: Cluster, feeds: int) -> None:
    wait_until(lambda: here.count(_READ) == feeds and not here.count(_DUE))


# ── deliveries ─────────────────────────────────────────────────────────────────


def slack(size: float) -> None:
    """Time posts that wait in 200 workspaces, with one worker and with two."""
    teams, channels = round(TEAMS * size), 10
    runs = {n: _send_to_slack(n, teams, 1, channels, None)[0] for n in (1, 2)}
    _tell_scaling("posts", teams * channels, runs)


def limits(size: float) -> None:
    """Tell the share used of a post a second and channel, one channel a workspace."""
    teams, each = round(TEAMS * size), 40
    cost, posts = _send_to_slack(2, teams, each, 1, 1.0)
    arrived: dict[str, list[float]] = {}
    for at, channel in posts["arrived"]:
        arrived.setdefault(channel, []).append(at)
    rates = [(len(at) - 1) / (at[-1] - at[0]) for at in arrived.values()]
    print(
        f"{len(posts['arrived'])} posts to {len(rates)} channels, each at "
        f"{100 * mean(rates):.1f} % of what is allowed, the slowest at "
        f"{100 * min(rates):.1f} % (target 98 %), 429s {posts['earned']} (target 0)\n"
        f"  {cost.describe()}"
    )


def _send_to_slack(
    workers: int, count: int, each: int, channels: int, rate: float | None
) -> tuple[Costs, dict[str, Any]]:
    with (
        role_ends.running(role_ends.serve_slack, count, channels, rate) as slack,
        cluster(slack=slack) as here,
    ):
        asyncio.run(role_contents.install_teams(here, count))
        teams = list_teams(count, channels)
        role_contents.write(here, furnish_posts, "slack", teams, each)
        for number in range(workers):
            here.start_ready("worker", number + 1, cpus={number})
        here.start_ready("scheduler")
        wait_until(lambda: here.count(_SENT) > 0, 0.02)
        before = here.measure()
        wait_until(lambda: here.count(_SENT) == count * channels * each)
        return here.measure().since(before), slack.ask("posts")


def discord(size: float, workers: int = 4) -> None:
    """Tell the rate at which several workers use the one token of Discord."""
    with (
        role_ends.running(role_ends.serve_discord, True) as end,
        cluster(discord=end) as here,
    ):
        channels = round(role_ends.CHANNELS * size)
        names = [str(role_ends.FIRST_CHANNEL + n) for n in range(channels)]
        guilds = [(str(n), names[n::50]) for n in range(50)]
        role_contents.write(here, furnish_posts, "discord", guilds, 1)
        for number in range(workers):
            here.start_ready("worker", number + 1)
        here.start_ready("scheduler")
        wait_until(lambda: here.count(_SENT) > 0, 0.02)
        before = here.measure()
        wait_until(lambda: here.count(_SENT) == channels)
        cost, posts = here.measure().since(before), end.ask("posts")
    steady = sorted(at for at, _ in posts["arrived"])[10:-10]
    rate = (len(steady) - 1) / (steady[-1] - steady[0])
    print(
        f"{workers} workers: {rate:.2f} posts/s = {2 * rate:.1f} % of what is allowed "
        f"(target 98 %), 429s {posts['earned']} (target 0)\n  {cost.describe()}"
    )


def waiting(size: float, rate: float = 50.0) -> None:
    """Store posts at this rate, and tell how long they wait until they are claimed."""
    seconds = 60 * size
    with (
        role_ends.running(role_ends.serve_slack, TEAMS, 1, None) as end,
        cluster(slack=end) as here,
    ):
        asyncio.run(role_contents.install_teams(here, TEAMS))
        role_contents.write(here, furnish_posts, "slack", list_teams(TEAMS, 1), 0)
        for number in range(2):
            here.start_ready("worker", number + 1)
        here.start_ready("scheduler")
        before = here.measure()
        stored = asyncio.run(_store_steadily(here, rate, seconds))
        wait_until(lambda: here.count(_SENT) == len(stored))
        cost = here.measure().since(before)
        claimed = here.query(
            "SELECT id, extract(epoch FROM claimed_at) FROM deliveries"
        )
    waits = sorted(float(at) - stored[key] for key, at in claimed)
    print(
        f"{len(waits)} posts, {len(waits) / seconds:.1f}/s, from stored to claimed: "
        f"p50 {median(waits):.2f} s, p99 {waits[int(0.99 * len(waits)) - 1]:.2f} s "
        f"(target 2), most {waits[-1]:.2f} s\n  {cost.describe()}"
    )


async def _store_steadily(
    here: Cluster, rate: float, seconds: float
) -> dict[int, float]:
    """Store a post at a time for any of the teams; return when, by its key."""
    database, chance = here.open_database(), random.Random(1)
    stored: dict[int, float] = {}

    def store(conn: Connection, scope: Scope, digest_id: int, number: int) -> int:
        places = destination_store.list_destinations(conn, scope)
        (key,) = role_contents.store_edition(
            conn, "slack", scope, digest_id, places, number
        )
        return key

    digests = here.query("SELECT workspace_id, id FROM digests")
    begun = time.monotonic()

    async def one(number: int) -> None:
        space, digest_id = chance.choice(digests)
        key = await database.write(store, Scope(space), digest_id, number)
        stored[key] = time.time()

    async with asyncio.TaskGroup() as tasks:
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, begun + number / rate - time.monotonic()))
            tasks.create_task(one(number))
    await database.close()
    return stored


# ── a hostile workspace ────────────────────────────────────────────────────────


def hostile(size: float) -> None:
    """Tell how late editions are, alone and beside a workspace that has too much."""
    others = round(30 * size)
    alone, beside = (_time_editions(others, with_it) for with_it in (False, True))
    for name, late in (("alone", alone), ("beside it", beside)):
        print(
            f"{name}: {len(late)} editions of others arrive p50 {median(late):.2f} s, "
            f"mean {mean(late):.2f} s, most {max(late):.2f} s after they are due"
        )
    print(f"  later by {100 * (mean(beside) / mean(alone) - 1):.0f} % (target 10 %)")


#: Seconds until the others' editions are due, when they are stored with their sources.
#: Always the same: what is read before that moment makes them arrive earlier.
_LEAD = 5.0


def _time_editions(others: int, with_hostile: bool) -> list[float]:
    """Return the lateness of the others' editions, which are all due at once."""
    many = DIGESTS * SOURCES
    with (
        role_ends.running(role_ends.serve_news, others * 5, 6, 3600) as news,
        role_ends.running(role_ends.serve_news, many, 3, LONG, False) as flood,
        role_ends.running(role_ends.serve_discord, False) as end,
        cluster(sites=news, flood=flood, discord=end) as here,
    ):
        if with_hostile:
            given = (flood.said, 1, many, DIGESTS)
            role_contents.write(here, furnish_news, *given, first=0)
        for number in range(2):
            here.start_ready("worker", number + 1)
        here.start_ready("scheduler")
        offset = time.time() - time.monotonic()
        # They are due at a full minute.
        time.sleep((60 - _LEAD - time.time()) % 60)
        given = (news.said, others, 5, 1)
        due = role_contents.write(
            here, furnish_news, *given, first=0, due_in=0.1, channel=500
        )
        before = here.measure()
        wait_until(lambda: _count_arrived(end, due) == others)
        cost = here.measure().since(before)
        read = here.count(_READ)
        print(f"  hostile {with_hostile}: {read} sources read; {cost.describe()}")
        arrived = _find_arrivals(end)
    return [arrived[c] + offset - at.timestamp() for c, at in due.items()]


def _find_arrivals(end: role_ends.End) -> dict[str, float]:
    """Map channels to the moment of their first post, by the monotonic clock."""
    found: dict[str, float] = {}
    for at, channel in end.ask("posts")["arrived"]:
        found.setdefault(channel, at)
    return found


def _count_arrived(end: role_ends.End, due: Collection[str]) -> int:
    return len(_find_arrivals(end).keys() & set(due))


# ── what a unit costs ──────────────────────────────────────────────────────────


def units(size: float) -> None:
    """Tell the costs of each kind of work with one worker."""
    feeds, jobs = 10 * round(10 * size), round(2000 * size)
    with (
        role_ends.running(role_ends.serve_news, feeds, 1, 1000) as news,
        role_ends.running(role_ends.serve_discord, False) as end,
        cluster(sites=news, discord=end) as here,
    ):
        role_contents.write(
            here, furnish_news, news.said, feeds // 10, 10, 5, due_in=None
        )
        here.start_ready("worker")
        here.start_ready("scheduler")
        wait_until(lambda: here.count(_READ) == feeds)
        parts = f"{'worker':>9}{'scheduler':>11}{'database':>10}"
        print(f"{'a unit of':<32}{parts}  stored      log", flush=True)
        before = here.measure()
        time.sleep(_IDLE_SECONDS)
        idle = here.measure().since(before)
        reading = _cost_of_reading(here, feeds).without(idle)
        _tell_unit("readings without news", reading, feeds)
        for characters in (1000, 5000):
            news.ask((4, characters))
            cost = _cost_of_reading(here, feeds).without(idle).since(reading)
            _tell_unit(f"new articles of {characters} characters", cost, 4 * feeds)
        _tell_unit(
            "editions with one message",
            _cost_of_editions(here).without(idle),
            feeds // 2,
        )
        _tell_unit(
            "jobs that find nothing to do",
            _cost_of_jobs(here, jobs).without(idle),
            jobs,
        )


def _cost_of_reading(here: Cluster, feeds: int) -> Costs:
    """Read all sources once; return what it cost."""
    ((begun,),) = here.query("SELECT now()")
    before = here.measure()
    here.query("UPDATE sources SET next_poll_at = now() - interval '1 second'")
    again = f"SELECT count(*) FROM sources WHERE last_success_at > '{begun}'"
    wait_until(lambda: here.count(again) == feeds)
    wait_until(lambda: here.count(_JOBS) == 0)
    return here.measure().since(before)


#: Seconds of rest after which the costs of no work are known.
_IDLE_SECONDS = 10.0
_JOBS = "SELECT count(*) FROM procrastinate_jobs"


def _cost_of_editions(here: Cluster) -> Costs:
    before = here.measure()
    role_contents.write(here, role_contents.plan_all)
    wait_until(lambda: not here.count(_DUE) and not here.count(_OPEN))
    return here.measure().since(before)


_OPEN = "SELECT count(*) FROM deliveries WHERE state <> 'sent'"


def _cost_of_jobs(here: Cluster, count: int) -> Costs:
    def request(conn: Connection) -> None:
        for number in range(count):
            job = JobRequest(task="compose", workspace_id=1, subject_id=10**6 + number)
            job_requests.request_job(conn, job)

    async def store() -> None:
        database = here.open_database()
        await database.write(request)
        await database.close()

    before = here.measure()
    asyncio.run(store())
    wait_until(lambda: here.count(_JOBS) == 0)
    return here.measure().since(before)


def _tell_unit(name: str, cost: Costs, count: int) -> None:
    def each(seconds: float) -> str:
        return f"{1000 * seconds / count:.2f} ms"

    parts = [each(cost.of(part)) for part in ("worker", "scheduler", "database")]
    print(
        f"{name:<32}{parts[0]:>9}{parts[1]:>11}{parts[2]:>10}"
        f"{cost.stored / count:8.0f} B{cost.logged / count:8.0f} B",
        flush=True,
    )


# ── without work ───────────────────────────────────────────────────────────────


def idle(size: float) -> None:
    """Tell what each role needs while there is nothing to do."""
    seconds = 60 * size
    with (
        role_ends.running(role_ends.serve_discord, False) as discord,
        role_ends.running(role_ends.serve_slack, 1, 1, None) as slack,
        cluster(discord=discord, slack=slack) as here,
    ):
        connections, used = {}, here.count(_CONNECTIONS)
        for role in ("scheduler", "worker", "gateway", "web"):
            here.start_ready(role, STANDFIRST_WEB_PORT="0")
            time.sleep(5)
            now = here.count(_CONNECTIONS)
            connections[f"{role} 1"], used = now - used, now
        before = here.measure()
        time.sleep(seconds)
        cost, memory = here.measure().since(before), here.read_memory()
        for name, megabytes in memory.items():
            busy = 100 * cost.seconds[name] / cost.at
            print(
                f"{name[:-2]:<10} {megabytes:6.0f} MB {connections[name]:4} connections"
                f"  {busy:5.2f} % of a core"
            )
        print(f"database   {100 * cost.of('database') / cost.at:20.2f} % of a core")


_CONNECTIONS = (
    "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
)


BENCHES: Mapping[str, Callable[[float], None]] = {
    "reading": reading,
    "slack": slack,
    "limits": limits,
    "discord": discord,
    "waiting": waiting,
    "hostile": hostile,
    "units": units,
    "idle": idle,
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", choices=[[], *BENCHES], metavar="NAME")
    parser.add_argument("--size", type=float, default=1.0)
    wanted = parser.parse_args()
    main(wanted.names, wanted.size)
