"""Slowing down those who guess verification codes: only wrong guesses count, by address and over all.

Whoever reads a true code off a paper is never slowed down by it, and costs one cache read. Kept in the cache all
processes share; a miss more or less when two arrive at once does not matter against 63 random bits.
"""

import ipaddress
import time

from allauth.account.adapter import get_adapter
from django.core.cache import cache

PERIOD = 600  # seconds
PER_ADDRESS = 20
OVERALL = 2000


def is_exhausted(request):
    """Whether this visitor, or all visitors together, guessed wrong too often in the present period."""
    address, overall = _keys(request)
    misses = cache.get_many([address, overall])
    return misses.get(address, 0) >= PER_ADDRESS or misses.get(overall, 0) >= OVERALL


def count_miss(request):
    """Counts a wrong guess."""
    for key in _keys(request):
        cache.add(key, 0, 2 * PERIOD)
        cache.incr(key)


def _keys(request):
    period = int(time.time() // PERIOD)
    address = ipaddress.ip_address(get_adapter(request).get_client_ip(request))
    if address.version == 6:  # one household has a whole /64
        address = ipaddress.ip_network((address, 64), strict=False).network_address
    return f"verify:{period}:{address}", f"verify:{period}"
