"""The composer: articles in, an edition out. Knows no chat, database or clock."""
