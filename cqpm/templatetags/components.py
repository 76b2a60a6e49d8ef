"""Tags behind the frame and the components of `templates/components/`."""

from functools import lru_cache

from django import template
from django.contrib.messages import constants as levels
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from accounts.models import Role
from cqpm.utils.french import NBSP, plural
from cqpm.utils.paging import LIMIT

register = template.Library()

# The main navigation of each hat, None for a person without one (an appointed president): (URL name, words).
STAFF = (
    ("home", "Tableau de bord"),
    ("candidate_list", "Candidats"),
    ("planning", "Planning"),
    ("commission_list", "Commissions"),
    ("jury_list", "Jurys"),
    ("referentiel_list", "Référentiels"),
    ("outbox", "Courriers"),
)
NAVIGATION = {
    Role.OFFICER: STAFF,
    Role.HEAD: (*STAFF, ("team", "Équipe")),
    Role.EVALUATOR: (
        ("home", "Tableau de bord"),
        ("planning", "Planning"),
        ("commission_list", "Commissions"),
        ("referentiel_list", "Référentiels"),
    ),
    Role.RESOURCE: (
        ("home", "Tableau de bord"),
        ("dossier_inbox", "Dossiers reçus"),
        ("referentiel_list", "Référentiels"),
    ),
    Role.NATIONAL: (
        ("home", "Tableau de bord"),
        ("attendance_counts", "Effectifs"),
        ("referentiel_list", "Référentiels"),
    ),
    Role.ADMINISTRATOR: (
        ("home", "Tableau de bord"),
        ("centre_list", "Centres"),
        ("account_list", "Comptes"),
        ("settings", "Réglages"),
        ("outbox", "Courriers"),
        ("referentiel_list", "Référentiels"),
    ),
    None: (("home", "Tableau de bord"), ("jury_list", "Jurys")),
}
CALLOUT_KINDS = {levels.SUCCESS: "ok", levels.ERROR: "ko", levels.WARNING: "warn"}
CHOICE_ICONS = {"ok": "check", "ko": "cross", "na": "dash", "warn": "warn"}
# What a tick says, in the singular and the plural, by the noun it counts.
TICKS = {
    "critère": {
        "ok": ("acquis", "acquis"),
        "ko": ("non acquis", "non acquis"),
        "na": ("non observé", "non observés"),
        "alt": ("en conflit", "en conflit"),
        "on": ("renseigné", "renseignés"),
        "": ("à saisir", "à saisir"),
    },
    "capacité": {
        "ok": ("acquise", "acquises"),
        "ko": ("non acquise", "non acquises"),
        "na": ("non observée", "non observées"),
        "alt": ("en conflit", "en conflit"),
        "on": ("renseignée", "renseignées"),
        "": ("à décider", "à décider"),
    },
}


@register.simple_tag
@lru_cache(maxsize=512)  # a page draws dozens of them
def icon(name, label=""):
    """The symbol `i-<name>` of `static/icons.svg`; hidden from screen readers unless it has a `label`."""
    naming = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" {}><use href="{}#i-{}"></use></svg>',
        naming,
        static("icons.svg"),
        name,
    )


@register.simple_tag
def stylesheets(*families):
    """`<link>` tags of the named families of `static/css/`, for the block `styles` of a page that needs them."""
    return format_html_join(
        "\n", '<link rel="stylesheet" href="{}">', ((static(f"css/{name}.css"),) for name in families)
    )


@register.inclusion_tag("layout/nav.html", takes_context=True)
def navigation(context, section=""):
    """The entries of the hat worn. The current one is `section` (a URL name), else the one whose address
    begins the page's own: a candidate's page lights «Candidats».
    """
    hat, path = context.get("hat"), context["request"].path
    entries = []
    for name, words in NAVIGATION[hat.role if hat else None]:
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        inside = path == url if name == "home" else path.startswith(url)
        entries.append({"url": url, "words": words, "current": name == section if section else inside})
    return {"entries": entries}


@register.filter
def callout_kind(message):
    """The kind of callout for a message of `django.contrib.messages`."""
    return CALLOUT_KINDS.get(message.level, "info")


@register.filter
def choice_icon(kind):
    """The symbol of an answer of that kind."""
    return CHOICE_ICONS[kind]


@register.filter
def ticks_sentence(values, noun="critère"):
    """«6 critères : 4 acquis, 1 non acquis, 1 à saisir», for a row of ticks; `noun` is «critère» or «capacité»."""
    values = list(values)
    counts = [
        plural(values.count(value), singular, many)
        for value, (singular, many) in TICKS[noun].items()
        if value in values
    ]
    return f"{plural(len(values), noun)}{NBSP}: {', '.join(counts)}"


@register.filter
def steps(total):
    """The numbers 1 to `total`."""
    return range(1, total + 1)


@register.filter
def total(paginator, noun=""):
    """How many rows a list has: «33 inscriptions», «plus de 1 000 inscriptions», «33» without a noun."""
    if getattr(paginator, "is_over", False):
        words = f"plus de {LIMIT:,}".replace(",", NBSP)
        return f"{words} {noun}s" if noun else words
    return plural(paginator.count, noun) if noun else paginator.count


@register.filter
def elided(page):
    """The page numbers to show around a Page, with the paginator's ellipsis where some are left out."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
