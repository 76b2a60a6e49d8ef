"""The application's settings with the minimal view beside it."""

from cqpm.settings import *  # noqa: F403
from cqpm.settings import INSTALLED_APPS as APPS

INSTALLED_APPS = [*APPS, "import_export", "cqpm.bench"]
ROOT_URLCONF = "cqpm.bench.urls"
