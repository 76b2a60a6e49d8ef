"""Runs the bench in a folder of its own, gone at the end: see the package."""

import os
import runpy
import socket
import tempfile

import django

with tempfile.TemporaryDirectory(prefix="cqpm-bench-") as folder, socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    os.environ.update(
        CQPM_VAR=folder,
        DEMO="1",
        DJANGO_SETTINGS_MODULE="cqpm.bench.settings",
        PORT=str(free.getsockname()[1]),
    )
    free.close()
    django.setup()
    runpy.run_module("cqpm.bench.run", run_name="__main__")
