"""Counts the moments of every IANA zone × 48 times of day × 2024–2030.

Run: python -m tests.bench.zones [PROCESSES]. Exits with 1 when a local date that
exists has not exactly one moment, at the first instant that shows or passes the time.
"""

import sys
import time
from multiprocessing import Pool, cpu_count

from tests.properties import zones


def main(processes: int) -> int:
    begun = time.perf_counter()
    names = zones.canonical()
    with Pool(processes) as pool:
        found = [
            (name, count)
            for name, counts in pool.imap_unordered(of_zone, names, chunksize=4)
            for count in counts
        ]
    bad = [(name, c) for name, c in found if c.missing or c.doubled or c.wrong]
    print(f"zones            {len(names):>12,}")
    print(f"zone × slot      {len(found):>12,}")
    print(f"moments          {sum(c.moments for _, c in found):>12,}")
    for what in ("missing", "doubled", "wrong"):
        print(f"{what:<16} {sum(getattr(c, what) for _, c in found):>12,}")
    print(f"seconds          {time.perf_counter() - begun:>12.0f}")
    for name, count in bad[:20]:
        print(name, count)
    return 1 if bad else 0


def of_zone(name: str) -> tuple[str, list[zones.Count]]:
    shown = zones.Shown(name)
    return name, [zones.counted(name, slot, shown) for slot in zones.SLOTS]


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else cpu_count()))
