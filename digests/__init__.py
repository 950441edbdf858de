"""The composer: articles in, an edition out. No chat, database or clock."""
