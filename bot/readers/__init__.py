"""What belongs to one reader: their own digest, preferences, notices and stored data.

A person is identified by (workspace, the platform's id). Nothing about one person is
shown to another; editors see a person's reports and nothing else.

    personal_digest   set up, pause and resume a digest of one's own; feedback terms
    personal_data     everything that is stored about a person, for display and export;
                      what an answer needs to know about them

A personal digest is an ordinary digest (same composer, occurrences and outbox) that
belongs to a person: it reads the sources of the workspace's digests, includes what the
person follows, and leaves out stories that the workspace's channels have shown. Its one
destination is «person:» with their id; the platform opens the direct message when it
sends there.
"""
