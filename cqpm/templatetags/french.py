"""French typography for templates; the rules are in `cqpm.utils.french`."""

import re

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe

from cqpm.utils import french

register = template.Library()

TELEPHONE = re.compile(r"\b0\d(?: \d\d){4}\b")
ADDRESS = re.compile(r"https?://\S+")

# «1er», «1re», «2e», also in the plural, but not inside a code (2026-12e).
ORDINAL = re.compile(r"(?<![\w-])(\d+)(ers?|res?|es?)\b")


def blank_safe(function):
    """The filter of a function on dates: nothing is shown for nothing."""

    def applied(value, *args):
        return function(value, *args) if value else ""

    return applied


for name in ("day", "short_day", "long_day"):
    register.filter(name, blank_safe(getattr(french, name)))


for name in ("lower_first", "of", "siret", "unbroken"):
    register.filter(name, blank_safe(getattr(french, name)))


@register.filter
def hour(value):
    """«14 h 05»; midnight is an hour, so only None is empty."""
    return "" if value is None else french.hour(value)


@register.filter
def moment(value):
    """«aujourd’hui, 14 h 38», «10 nov., 8 h 05», «10 nov. 2025, 8 h 05»: when an act was done, as short as is clear."""
    if not value:
        return ""
    words = "aujourd’hui" if french.local_date(value) == french.today() else french.recent_day(value)
    return f"{words}, {french.hour(value)}"


@register.filter
def typeset(value):
    """The text with the spaces and apostrophes of French typography; escaped as any text is."""
    return french.typeset(str(value))


@register.filter
def plural(count, words):
    """«3 candidats» for `3|plural:"candidat"`; `"cheval,chevaux"` when the plural is not an s."""
    singular, _, many = words.partition(",")
    return french.plural(count, singular, many or None)


@register.filter
def sup(value):
    """The text, escaped, with the end of «1er» and «2e» raised; «n°» is one form everywhere, also where none can be."""
    text = conditional_escape(value)
    return mark_safe(ORDINAL.sub(r"\1<sup>\2</sup>", text))  # the text itself was escaped just above


@register.filter
def letter(value):
    """A mail as it is read on paper: French spaces, and each address in letters that can be copied by hand."""
    text = conditional_escape(french.typeset(str(value)))
    text = TELEPHONE.sub(lambda number: french.unbroken(number[0]), text)
    return mark_safe(ADDRESS.sub(r'<span class="address">\g<0></span>', text))  # escaped just above
