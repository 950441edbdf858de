"""Published editions: pages and feeds for everybody, if a digest is set so.

    rate_limits    how many requests are answered: by client, and together
    rendered       a bounded cache of rendered answers
    edition_view   a published edition as the templates show it
    feeds          Atom and JSON Feed of a listed digest
    site           requests to answers

Nothing here has a cookie, a script or a form. What a page shows is what was posted,
with its corrections. Whether there is a page is asked of the database by each request,
so that it is gone at once when a digest is switched off; what is cached is only how it
is rendered.
"""
