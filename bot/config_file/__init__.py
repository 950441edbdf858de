"""`apply` and `export`: configuration as a file, both ways; it must not post anything.

`entries` are what a file may say, `mistakes` what can be wrong with them; `reading`
checks a file and says every mistake at once; `applying` compares it with
what is set up, lists the changes, and makes them in one transaction; `exporting`
writes what is set up. Applying the same file twice changes nothing the second time.
Only `prune` removes, and only inside workspaces that the file names.
"""

from bot.config_file.applying import Change, carry_out, ensure_source, plan
from bot.config_file.entries import Wanted
from bot.config_file.exporting import export
from bot.config_file.reading import read

__all__ = ["Change", "Wanted", "carry_out", "ensure_source", "export", "plan", "read"]
