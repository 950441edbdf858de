"""Where articles come from: feeds, pages, sitemaps, folders, OPML lists.

`folder` reads files that somebody keeps on this machine. Everything else comes through
`reading`: `fetch` is the one way out to the network, `feed`, `page` and `sitemap` read
bytes, and `cage` is the process they do it in. `opml` reads and writes lists of feeds.
"""
