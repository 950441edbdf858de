"""Where articles come from: feeds, pages, sitemaps, folders, OPML lists.

`folder` reads local files. `remote` reads addresses: `fetch` is the only way to the
network; `feed`, `page` and `sitemap` parse bytes, in the process of `sandbox`. `opml`
parses and writes lists of feeds. `completeness` judges whether a feed gives whole
texts, `article_page` whether the page behind an entry does.
"""
