"""What belongs to one reader: their own digest, preferences, notices and stored data.

A person is (workspace, the platform's id of them); nothing of one is shown to another,
and reports are the only words of theirs that editors see.

    door     what is known of a person when they come in: language, news for them
    liking   what of a story counts when somebody wants more or less of such
    own      their own digest: set up, stopped, started
    keeping  everything that is kept of them, for showing and export
    pressing controls under their own editions, which say whose those are

Their own digest is a digest like every other (same composer, occurrences, outbox), with
a person: it reads what the workspace's digests read, lets in what the person follows,
and leaves out what the workspace's channels showed. Its one destination is «person:»
with their id, which the platform opens when it sends there.
"""
