"""Run the demo until its page shows an edition; for `check_image.sh`."""

import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import typst

PATIENCE = 120.0


def read_page(path: str = "/") -> str:
    with urlopen(f"http://127.0.0.1:8711{path}", timeout=PATIENCE) as answer:
        return answer.read().decode()


assert os.getuid() == 10001
for place in ("/", "/opt/standfirst", "/usr"):
    try:
        (Path(place) / "probe").touch()
    except OSError:
        continue
    sys.exit(f"{place} can be written.")
# Its library is stripped in the image.
assert typst.compile(b"It draws.", format="png")
demo = subprocess.Popen(["standfirst", "demo"], stdout=subprocess.PIPE, text=True)
assert demo.stdout is not None
demo.stdout.readline()
assert "alive" in read_page("/healthz")
end = time.monotonic() + PATIENCE
while 'class="edition"' not in read_page():
    if time.monotonic() > end:
        sys.exit("The page shows no edition.")
    time.sleep(0.5)
print("The demo shows an edition: no root user, no writable root folder.")
demo.terminate()
sys.exit(demo.wait(PATIENCE))
