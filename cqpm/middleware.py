"""What stands between a visitor and a traceback."""

import logging

from django.db import InterfaceError, OperationalError
from django.shortcuts import render

logger = logging.getLogger(__name__)


class DatabaseAwayMiddleware:
    """A database that does not answer gives a French 503, never a 500: nothing was acknowledged."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        try:
            return self.get_response(request)
        except (OperationalError, InterfaceError) as error:
            return self.away(request, error)

    def process_exception(self, request, exception):
        if isinstance(exception, OperationalError | InterfaceError):
            return self.away(request, exception)
        return None

    def away(self, request, error):
        logger.error("database away: %s", error)
        response = render(None, "503.html", status=503)
        response["Retry-After"] = "30"
        return response
