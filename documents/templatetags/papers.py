"""What the templates of papers draw: `{% load papers %}`."""

from urllib.parse import quote

from django import template
from django.utils.html import format_html
from django.utils.safestring import mark_safe

register = template.Library()

INK, ACCENT = "#14212b", "#10566f"
WIDTH, HEIGHT, SMALL = 1700, 50, 26


@register.filter
def graduation(groups):
    """The référentiel as a rule, a data: URI of an SVG: one tick a criterion, a tall one where each capacity begins.

    `groups`: the number of criteria of each capacity, in order. The last tall tick closes the rule.
    """
    starts, total = set(), 0
    for group in groups:
        starts.add(total)
        total += group
    starts.add(total)
    step = (WIDTH - 8) / (total or 1)
    tall = "".join(f"M{tick * step:.1f} 0h8v{HEIGHT}h-8z" for tick in sorted(starts))
    small = "".join(
        f"M{tick * step:.1f} {HEIGHT - SMALL}h5v{SMALL}h-5z" for tick in range(total) if tick not in starts
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none">'
        f'<path fill="{ACCENT}" d="{tall}"/><path fill="{INK}" d="{small}"/></svg>'
    )
    return mark_safe(f"data:image/svg+xml,{quote(svg)}")  # percent-encoded: no sign of HTML or CSS is left


@register.simple_tag(takes_context=True)
def graduated_rule(context, groups):
    """The style that draws `graduation` as the background of `.grad`, where the PDF takes it for decoration.

    A `nonce` in the context lets a browser apply it under the site's security policy.
    """
    nonce = format_html(' nonce="{}"', context["nonce"]) if context.get("nonce") else ""
    return format_html(
        '<style{}>.grad {{ background-image: url("{}") }}</style>', nonce, graduation(groups or [])
    )
