"""Count the moments of every IANA zone × 48 times of day × 2024–2030.

Run: python -m tests.bench.zones [PROCESSES]. Exits with 1 when an existing local date
does not have exactly one moment, at the first instant that shows or passes the time.
Zones with identical clocks throughout those years are walked once, under the name of
the first of them; the result counts for each.
"""

import sys
import time
from multiprocessing import Pool, cpu_count

from tests.properties import zones


def main(processes: int) -> int:
    begun = time.perf_counter()
    names = zones.canonical()
    with Pool(processes) as pool:
        clocks = pool.map(clock_of, names, chunksize=8)
        alike: dict[object, list[str]] = {}
        for name, clock in zip(names, clocks, strict=True):
            alike.setdefault(clock, []).append(name)
        groups = list(alike.values())
        counts = pool.map(of_zone, [group[0] for group in groups], chunksize=1)
    found = [
        (len(group), group[0], count)
        for group, several in zip(groups, counts, strict=True)
        for count in several
    ]
    print(f"zones            {len(names):>12,}")
    print(f"different clocks {len(groups):>12,}")
    print(f"zone × slot      {sum(n for n, _, _ in found):>12,}")
    for what in ("moments", "missing", "doubled", "wrong"):
        print(f"{what:<16} {sum(n * getattr(c, what) for n, _, c in found):>12,}")
    print(f"seconds          {time.perf_counter() - begun:>12.0f}")
    bad = [one for one in found if one[2].missing or one[2].doubled or one[2].wrong]
    for _, name, count in bad[:20]:
        print(name, count)
    return 1 if bad else 0


def clock_of(name: str) -> object:
    return zones.Shown(name).clock


def of_zone(name: str) -> list[zones.Count]:
    shown = zones.Shown(name)
    return [zones.counted(name, slot, shown) for slot in zones.SLOTS]


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else cpu_count()))
