"""Where articles come from, each kind in its own module; nothing is composed here.

`folder` reads files that somebody keeps on this machine.
"""
