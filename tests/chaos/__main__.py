"""`make chaos`: inject faults of every kind and print the scoreboard.

    python -m tests.chaos [--quick] [--seed N] [--only WORD]… [--list]

`--quick` runs a small part of each trial, for development: a few minutes. `--only`
runs the trials whose name contains one of the words. The exit code is 1 when a line
missed its goal, or injected fewer faults than it states.
"""

if __name__ == "__main__":
    import sys

    from tests.chaos.trials import main

    sys.exit(main(sys.argv[1:]))
