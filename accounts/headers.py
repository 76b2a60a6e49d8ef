"""The headers of a page that is for one person: what stands between may not keep it."""


def private(response):
    """Keeps what is shown out of caches and of search engines."""
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def sealed(response):
    """The same, for a page whose address holds a token: it stays out of other sites' logs too."""
    response["Referrer-Policy"] = "no-referrer"
    return private(response)
