"""Builds a demonstration in a folder of its own, takes the pictures, leaves nothing else."""

import io
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from cqpm.guide.shots import ROOT, Shots

CHROMIUM = "/usr/bin/chromium"
FOLDER = ROOT / "docs" / "guide"
LIMIT = 80_000  # bytes a picture
COLOURS = (128, 64, 32, 16)


def main():
    """Runs a demonstration of its own, on a free port and in a temporary folder, and takes every picture of it."""
    with tempfile.TemporaryDirectory(prefix="cqpm-guide-") as name:
        folder = Path(name)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        environment = {**os.environ, "CQPM_VAR": str(folder / "var"), "PORT": str(port), "DEMO": "1"}
        for variable in ("DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS"):
            environment.pop(variable, None)
        run = {"cwd": ROOT, "env": environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run([sys.executable, "manage.py", "prepare"], check=True, **run)
        site = subprocess.Popen([sys.executable, "-m", "cqpm.start"], start_new_session=True, **run)
        try:
            take_all(f"http://127.0.0.1:{port}", folder)
        finally:
            site.send_signal(signal.SIGTERM)
            site.wait(90)


def take_all(url, folder):
    """Every picture of the guide, of the site at `url`; `folder` keeps the files typed in."""
    wait_for(url)
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--lang=fr-FR"],
            env={**os.environ, "LANGUAGE": "fr"},
        )
        Shots(browser, url, keep, folder).all()
        browser.close()


def wait_for(url):
    for _ in range(150):
        try:
            urllib.request.urlopen(f"{url}/connexion/", timeout=2).close()
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("The site did not start.")


def keep(png, name):
    """Writes the picture with as many colours as fit; SystemExit when even sixteen do not."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    for colours in COLOURS:
        file = io.BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
        if file.tell() <= LIMIT:
            (FOLDER / f"{name}.png").write_bytes(file.getvalue())
            sys.stdout.write(f"{name}.png  {file.tell() // 1000} kB, {colours} colours\n")
            return
    raise SystemExit(f"{name}.png is over {LIMIT} bytes.")


if __name__ == "__main__":
    main()
