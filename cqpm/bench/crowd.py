"""What two hundred thousand registrations cost a page: the same pages on a small and on a large database.

`measure()` starts one process for each size, with a PostgreSQL database of its own, and asks both in turn. Rows are
copies, made in SQL, of one registration of the demonstration: 60 centres, 20 years, one in twenty still running.
"""

import os
import statistics
import subprocess
import sys
import uuid
from urllib.parse import urlsplit, urlunsplit

import psycopg2

SMALL, LARGE, ROUNDS = 2_000, 200_000, 9
SERVE = "import django; django.setup(); from cqpm.bench import crowded; crowded.serve({size})"
# (what, most it may cost on the large database, as a multiple of the small one)
PAGES = {
    "staff list": 1.5,
    "staff search": 1.5,
    "staff dashboard": 1.5,
    "resource inbox": 3,
    "national dashboard": 3,
}


def measure():
    """Prints each page's milliseconds on both databases and their ratio; nothing without PostgreSQL."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        sys.stdout.write("200 000 registrations: needs DATABASE_URL on PostgreSQL, not measured\n")
        return
    names = [f"crowd_{uuid.uuid4().hex[:10]}" for _ in range(2)]
    try:
        for name in names:
            execute(url, f"CREATE DATABASE {name}")
        sizes = zip(names, (SMALL, LARGE), strict=True)
        servers = [start(urlunsplit(urlsplit(url)._replace(path=f"/{name}")), size) for name, size in sizes]
        for page, most in PAGES.items():
            times = [[ask(server, page) for server in servers] for _ in range(ROUNDS + 2)][2:]
            small, large = (statistics.median(column) for column in zip(*times, strict=True))
            ratio = statistics.median(one[1] / one[0] for one in times)
            sys.stdout.write(
                f"{page + ', 200 000 / 2 000 rows (most ' + str(most) + ')':<60} "
                f"{large:8.1f} / {small:8.1f} ms   ratio {ratio:.2f}\n"
            )
        for server in servers:
            server.communicate("")
    finally:
        for name in names:
            execute(url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def execute(url, statement):
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


def start(url, size):
    """A process that answers with the milliseconds of each page it is asked for."""
    server = subprocess.Popen(
        [sys.executable, "-c", SERVE.format(size=size)],
        env={**os.environ, "DATABASE_URL": url},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout.readline() == "ready\n"
    return server


def ask(server, page):
    server.stdin.write(f"{page}\n")
    server.stdin.flush()
    return float(server.stdout.readline())
