#!/usr/bin/env bash
# httpx 0.28.1 and httpx2 2.16.2: a client with `params` of its own (an API key, a page
# size) does not add them to the query that a URL has: it puts them in its place. Who
# follows the `next` link of a page with such a client loses the cursor, and gets the
# first page again.
# Output seen: plain client: cursor=20 / with params: limit=2, by both
. "$(dirname "$0")/common.bash" httpx==0.28.1 "httpx2==2.16.2"
"$python" - <<'PYTHON'
import httpx
import httpx2

LINK = "http://app/items?cursor=20"


def sent(package, **options):
    transport = package.MockTransport(
        lambda request: package.Response(200, content=request.url.query)
    )
    with package.Client(transport=transport, **options) as client:
        return client.get(LINK).text


plain = [sent(package) for package in (httpx, httpx2)]
kept = [sent(package, params={"limit": 2}) for package in (httpx, httpx2)]
print("plain client:", ", ".join(plain))
print("with params:", ", ".join(kept))
assert plain == ["cursor=20"] * 2
assert kept == ["limit=2"] * 2
PYTHON
