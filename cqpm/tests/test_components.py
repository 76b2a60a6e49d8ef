"""The frame and the components: each renders what its comment documents, and escapes what it is given."""

import re
from datetime import UTC, date, datetime, time
from pathlib import Path
from types import SimpleNamespace

import pytest
import time_machine
from django import forms
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.test.html import parse_html
from django.urls import NoReverseMatch, reverse
from pytest_django.asserts import assertHTMLEqual

from accounts.models import ExaminationCentre, Membership, ResourceCentre, Role, User
from cqpm.templatetags import components, french

TEMPLATES = Path(settings.BASE_DIR / "templates")
SPRITE = (Path(settings.BASE_DIR) / "static" / "icons.svg").read_text()
NASTY = "<b>Dupont & fils</b>"
ESCAPED = "&lt;b&gt;Dupont &amp; fils&lt;/b&gt;"


def render(name, /, **context):
    return render_to_string(
        f"components/{name}.html", context, RequestFactory().get("/candidats/?q=a&page=2")
    )


def svg(name, label=""):
    return components.icon(name, label)


def ids(html):
    return re.findall(r'\bid="([^"]+)"', html)


# --- Icons ------------------------------------------------------------------------------------------------
def test_icon_is_hidden_or_named():
    assertHTMLEqual(
        svg("check"),
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><use href="/static/icons.svg#i-check"></use></svg>',
    )
    assert 'role="img" aria-label="l&#x27;avis"' in svg("check", "l'avis")


def test_every_icon_named_in_a_template_or_a_table_is_drawn():
    drawn = set(re.findall(r'<symbol id="i-([a-z-]+)"', SPRITE))
    named = set(components.CHOICE_ICONS.values())
    for path in TEMPLATES.rglob("*.html"):
        named |= set(re.findall(r'{% icon "([a-z-]+)"', path.read_text()))
    assert named - drawn == set()


# --- Signs ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "css", "symbol"),
    [
        ("ok", "state state-ok", "ok"),
        ("kept", "state state-ok", "kept"),
        ("ko", "state state-ko", "ko"),
        ("warn", "state state-warn", "warn"),
        ("na", "state state-na", "na"),
        ("wait", "state state-na", "clock"),
        ("info", "state state-info", "info"),
        ("todo", "state state-todo", "todo"),
    ],
)
def test_state_is_a_glyph_and_a_word(kind, css, symbol):
    assertHTMLEqual(
        render("state", kind=kind, text=NASTY), f'<span class="{css}">{svg(symbol)}{ESCAPED}</span>'
    )


def test_state_quiet_and_large():
    assertHTMLEqual(
        render("state", kind="ok", text="Favorable", quiet=True, large=True),
        f'<span class="state state-ok state-quiet state-lg">{svg("ok")}Favorable</span>',
    )


def test_ticks_say_what_they_draw():
    assertHTMLEqual(
        render("ticks", values=["ok", "ok", "ko", "na", ""], text="2 sur 5", url="/x/"),
        '<a class="eval-link" href="/x/"><span class="ticks" role="img" aria-label="5\u00a0critères\u00a0: '
        '2\u00a0acquis, 1\u00a0non acquis, 1\u00a0non observé, 1\u00a0à saisir"><i class="t-ok"></i><i class="t-ok"></i>'
        '<i class="t-ko"></i><i class="t-na"></i><i></i></span><span class="eval-n">2 sur 5</span></a>',
    )


def test_ticks_count_capacities_and_take_another_sentence():
    sentence = components.ticks_sentence(["ok", "ok", "alt", ""], "capacité")
    assert sentence == "4\u00a0capacités\u00a0: 2\u00a0acquises, 1\u00a0en conflit, 1\u00a0à décider"
    assertHTMLEqual(
        render("ticks", values=["on"], label=NASTY),
        f'<span class="ticks" role="img" aria-label="{ESCAPED}"><i class="t-on"></i></span>',
    )


def test_stage_is_a_rule_with_a_sentence():
    assertHTMLEqual(
        render("stage", number=2, total=3, text="Dossier"),
        '<span class="mini" role="img" aria-label="Étape 2 sur 3"><i class="d"></i><i class="c"></i><i></i></span>Dossier',
    )


def test_stepper_marks_the_current_station():
    steps = [
        {"name": "Inscription", "sub": "le 1er déc.", "status": "done", "url": "/i/"},
        {"name": "Avis", "sub": NASTY, "status": "warn"},
        {"name": "Entretien", "status": "current"},
        {"name": "Résultat", "status": "todo"},
    ]
    assertHTMLEqual(
        render("stepper", steps=steps, label="Avancement de Léo"),
        f"""<ol class="stepper" aria-label="Avancement de Léo">
        <li class="is-done"><span class="node">{svg("check", "fait")}</span><span class="name"><a href="/i/">Inscription</a></span><span class="sub">le 1<sup>er</sup> déc.</span></li>
        <li class="is-warn"><span class="node">{svg("warn", "incomplet")}</span><span class="name">Avis</span><span class="sub">{ESCAPED}</span></li>
        <li class="is-current" aria-current="step"><span class="node">3</span><span class="name">Entretien</span><span class="sub"></span></li>
        <li class="is-todo"><span class="node">4</span><span class="name">Résultat</span><span class="sub"></span></li></ol>""",
    )


@pytest.mark.parametrize(
    ("kind", "css", "symbol"),
    [("ok", "ok", "check"), ("pending", "pending", "offline"), ("ko", "ko", "warn")],
)
def test_save_is_a_status(kind, css, symbol):
    assertHTMLEqual(
        render("save", kind=kind, text="Enregistré à 14 h 38", id="s"),
        f'<span class="save save-{css}" role="status" id="s">{svg(symbol)}Enregistré à 14 h 38</span>',
    )


def test_save_busy_has_no_colour():
    assertHTMLEqual(
        render("save", kind="busy", text="Enregistrement…", tail=True),
        f'<span class="save tail" role="status">{svg("sync")}Enregistrement…</span>',
    )


# --- Messages ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["ok", "ko", "warn", "info"])
def test_callout(kind):
    assertHTMLEqual(
        render("callout", kind=kind, title="Clos le 1er mars", text=NASTY, url="/r/", action="Relancer"),
        f'<div class="callout callout-{kind}">{svg(kind)}<div><p>Clos le 1<sup>er</sup> mars</p>'
        f'<p>{ESCAPED} <a href="/r/">Relancer</a></p></div></div>',
    )


def test_callout_is_information_unless_told():
    assertHTMLEqual(
        render("callout", text="Relisez."),
        f'<div class="callout callout-info">{svg("info")}<div><p>Relisez.</p></div></div>',
    )


def test_messages_of_an_action_become_callouts():
    kinds = [
        components.callout_kind(Message(level, "x")) for level in (20, 25, 30, 40)
    ]  # info, success, warning, error
    assert kinds == ["info", "ok", "warn", "ko"]
    html = render_to_string("layout/messages.html", {"messages": [Message(25, NASTY)], "title": "ailleurs"})
    assertHTMLEqual(
        html,
        f'<div class="messages" role="status"><div class="callout callout-ok">{svg("ok")}<div><p>{ESCAPED}</p></div></div></div>',
    )


def test_missing_takes_sentences_and_links():
    items = [{"text": NASTY, "url": "/d/", "action": "Décider"}, "Capacité 5 : décision à prendre"]
    assertHTMLEqual(
        render("missing", items=items, id="manque"),
        f'<ul class="missing" id="manque"><li>{svg("warn")}<span>{ESCAPED}</span><a href="/d/">Décider</a></li>'
        f"<li>{svg('warn')}<span>Capacité 5 : décision à prendre</span></li></ul>",
    )


def test_button_blocks_with_its_reasons_and_submits_without():
    assertHTMLEqual(
        render("blocked_button", text="Clore", missing=["x"], id="manque", size="touch", wide=True),
        '<button class="btn btn-primary btn-touch btn-block" type="button" aria-disabled="true" '
        f'aria-describedby="manque" data-missing="manque">{svg("lock")}Clore</button>',
    )
    assertHTMLEqual(
        render("blocked_button", text=NASTY, missing=[], id="manque", kind="ko", name="n", value="1"),
        f'<button class="btn btn-ko" type="submit" name="n" value="1">{ESCAPED}</button>',
    )


def test_empty_says_what_to_do():
    assertHTMLEqual(
        render("empty", title="Aucun avenant", text=NASTY, url="/a/", action="Créer un avenant"),
        f'<div class="empty"><b>Aucun avenant</b><p>{ESCAPED}</p><a class="btn btn-secondary btn-sm" href="/a/">Créer un avenant</a></div>',
    )
    assertHTMLEqual(
        render("empty", title="Aucun candidat", url="/a/", action="Inscrire", whole_page=True),
        '<div class="empty empty-page"><b>Aucun candidat</b><a class="btn btn-primary" href="/a/">Inscrire</a></div>',
    )


def test_chip_names_the_filter_it_removes():
    assertHTMLEqual(
        render("chip", text=NASTY, url="?q=a"),
        f'<span class="chip">{ESCAPED}<a href="?q=a" aria-label="Retirer le filtre {ESCAPED}">{svg("cross")}</a></span>',
    )


# --- Data -------------------------------------------------------------------------------------------------


def test_bars_write_lengths_as_svg_wants_them():
    html = render(
        "bars",
        caption="Candidats par étape",
        head="Étape",
        unit="Candidats",
        track=True,
        rows=[{"name": NASTY, "number": 4, "share": 79.5, "value": "79 %", "sub": "(24)", "url": "/e/"}],
    )
    assertHTMLEqual(
        html,
        f"""<table class="bars"><caption class="visually-hidden">Candidats par étape</caption>
        <thead class="visually-hidden"><tr><th scope="col">Étape</th><td></td><th scope="col">Candidats</th></tr></thead>
        <tbody><tr><th scope="row"><span class="cap-no">4</span><a href="/e/">{ESCAPED}</a></th>
        <td><svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="8"/><rect class="bar" width="79.5" height="8"/></svg></td>
        <td class="v">79 % <small>(24)</small></td></tr></tbody></table>""",
    )


def test_pagination_keeps_the_other_parameters():
    html = render("pagination", page=Paginator(range(100), 10).page(2))
    assert re.findall(r'href="([^"]+)"', html.replace("/static/icons.svg", "")) == [
        "?q=a&amp;page=1",
        "#i-left",
        "?q=a&amp;page=1",
        "?q=a&amp;page=2",
        "?q=a&amp;page=3",
        "?q=a&amp;page=10",
        "?q=a&amp;page=3",
        "#i-right",
    ]
    assert '<span class="meta">11 à 20 sur 100</span>' in html
    assert html.count('aria-current="page">2<') == 1


def test_pagination_of_a_single_page_has_no_links():
    assertHTMLEqual(
        render("pagination", page=Paginator(range(3), 10).page(1)),
        '<div class="panel-foot"><span class="meta">1 à 3 sur 3</span></div>',
    )


@time_machine.travel("2026-11-12 15:00+00:00", tick=False)
def test_journal():
    entries = [
        SimpleNamespace(
            at=datetime(2026, 11, 12, 13, 38, tzinfo=UTC), actor_name=NASTY, sentence="Close le 1er"
        ),
    ]
    assertHTMLEqual(
        render("journal", entries=entries),
        '<ul class="journal"><li><time datetime="2026-11-12T14:38:00+01:00">aujourd’hui, 14\u00a0h\u00a038</time>'
        f"<span><b>{ESCAPED}</b>Close le 1<sup>er</sup></span></li></ul>",
    )


def test_anchors():
    assertHTMLEqual(
        render("anchors", anchors=[{"id": "journal", "name": NASTY}]),
        f'<nav class="anchors" aria-label="Sections de la page"><a href="#journal">{ESCAPED}</a></nav>',
    )


# --- Answers ----------------------------------------------------------------------------------------------
def test_choice_is_a_fieldset_of_radios():
    options = [
        {"value": "acquired", "label": "Acquis", "kind": "ok"},
        {"value": "no", "label": NASTY, "kind": "ko"},
    ]
    assertHTMLEqual(
        render(
            "choice", name="c1", legend=NASTY, options=options, value="no", look="touch", error="Répondez."
        ),
        f"""<fieldset class="choice choice-touch" aria-describedby="c1-erreur"><legend>{ESCAPED}</legend><div class="choice-row">
        <input class="btn-check" type="radio" name="c1" id="c1-acquired" value="acquired"><label class="choice-opt choice-ok" for="c1-acquired">{svg("check")}Acquis</label>
        <input class="btn-check" type="radio" name="c1" id="c1-no" value="no" checked><label class="choice-opt choice-ko" for="c1-no">{svg("cross")}{ESCAPED}</label>
        </div><p class="invalid-feedback d-block" id="c1-erreur">Répondez.</p></fieldset>""",
    )


def test_choice_one_answer_a_line():
    options = [{"value": "f", "label": "Favorable", "kind": "ok", "sub": NASTY}]
    assertHTMLEqual(
        render(
            "choice", name="o", id="o5", legend="Avis", options=options, look="op", hide_legend=True, disabled=True,
            required=True, columns=2,
        ),
        f"""<fieldset class="choice choice-op choice-two"><legend class="visually-hidden">Avis</legend><div class="choice-row">
        <input class="btn-check" type="radio" name="o" id="o5-f" value="f" disabled required><label class="choice-opt choice-ok" for="o5-f"><i class="dot" aria-hidden="true"></i><span><b>Favorable</b><span class="opt-sub">{ESCAPED}</span></span></label>
        </div></fieldset>""",
    )  # fmt: skip


def test_seg():
    assertHTMLEqual(
        render(
            "seg", name="p", legend="Présence de M. X", options=[("y", "Présent"), ("n", NASTY)], value="y"
        ),
        f"""<fieldset class="seg"><legend class="visually-hidden">Présence de M. X</legend>
        <input class="btn-check" type="radio" name="p" id="p-y" value="y" checked><label for="p-y">Présent</label>
        <input class="btn-check" type="radio" name="p" id="p-n" value="n"><label for="p-n">{ESCAPED}</label></fieldset>""",
    )


class Reason(forms.Form):
    reason = forms.CharField(label="Motif", help_text="Porté au journal.")
    end = forms.DateField(label="Fin", required=False)

    def clean(self):
        raise forms.ValidationError("La fin précède le début.")


def test_form_gathers_its_errors_with_the_way_to_each_field():
    html = render(
        "form", form=Reason({"reason": "", "end": "hier"}), action="Enregistrer", cancel="/c/", url="/p/"
    )
    summary = html[html.index('<div class="callout') : html.index('<div id="div_id_reason"')]
    assertHTMLEqual(
        summary,
        f"""<div class="callout callout-ko error-summary" role="alert" tabindex="-1">{svg("ko")}<div><p>Rien n’est enregistré</p><ul>
        <li>La fin précède le début.</li><li><a href="#id_reason">Motif</a>&nbsp;: Ce champ est obligatoire.</li>
        <li><a href="#id_end">Fin</a>&nbsp;: Saisissez une date valide.</li></ul></div></div>""",
    )
    assert {"id_reason", "id_end"} <= set(ids(html))
    assert 'value="hier"' in html
    assert '<form class="form-narrow" method="post" action="/p/" data-guard novalidate>' in html
    assert html.count("csrfmiddlewaretoken") == 1
    assert '<a class="btn btn-quiet" href="/c/">Annuler</a>' in html


def test_form_without_error_has_no_summary():
    assert "error-summary" not in render("form", form=Reason(), action="Enregistrer")


def test_confirm_needs_two_presses_and_no_script():
    html = render(
        "confirm",
        text="Révoquer l’attestation",
        title=NASTY,
        message="Elle ne vaudra plus.",
        url="/r/",
        action="Révoquer",
    )
    token = re.search(r"<input[^>]*csrfmiddlewaretoken[^>]*>", html)[0]
    assertHTMLEqual(
        html,
        f"""<details class="confirm confirm-ko" data-menu><summary class="btn btn-ko">Révoquer l’attestation</summary>
        <div class="confirm-body"><p>{ESCAPED}</p><p>Elle ne vaudra plus.</p>
        <form method="post" action="/r/">{token}<div class="form-acts"><button class="btn btn-ko-solid">Révoquer</button>
        <button type="button" class="btn btn-quiet" data-close>Annuler</button></div></form></div></details>""",
    )


def test_confirm_stays_open_on_a_refused_reason():
    html = render("confirm", text="Révoquer", title="x", url="/r/", action="Révoquer", fields=Reason({}))
    assert html.count('<details class="confirm confirm-ko" data-menu open>') == 1
    assert html.count('name="reason"') == 1


# --- Frame ------------------------------------------------------------------------------------------------
def dressed(role=None, path="/", more=()):
    """A request wearing a hat, without database."""
    user = User(pk=7, first_name="Claire", last_name="Aubry", email="claire@example.org")
    scope = {}
    if role in (Role.OFFICER, Role.HEAD, Role.EVALUATOR):
        scope = {"centre": ExaminationCentre(pk=1, name="Val-de-Brenne")}
    elif role == Role.RESOURCE:
        scope = {"resource_centre": ResourceCentre(pk=1, name="Lyon")}
    user.hat = Membership(pk=1, user=user, role=role, **scope) if role else None
    request = RequestFactory().get(path)
    request.user = user
    request.hats = (
        [user.hat, *(Membership(pk=2 + i, user=user, role=other) for i, other in enumerate(more))]
        if role
        else []
    )
    return request


def page(request, template="{% extends 'layout/base.html' %}"):
    context = {"hat": getattr(request.user, "hat", None), "hats": getattr(request, "hats", []), "demo": False}
    return Template(template).render(Context({"request": request, "csrf_token": "t", **context}))


def known(name):
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


@pytest.mark.parametrize("role", [*Role, None])
def test_navigation_has_the_entries_of_the_hat(role):
    html = page(dressed(role, path="/ailleurs/"))
    nav = html[html.index('<nav class="app-nav"') :].split("</nav>")[0]
    expected = [(known(name), words) for name, words in components.NAVIGATION[role] if known(name)]
    assert re.findall(r'<a href="([^"]+)">([^<]+)</a>', nav) == expected
    assert nav.count("aria-current") == 0


@pytest.mark.parametrize(
    ("path", "section", "current"),
    [
        ("/", "", ["Tableau de bord"]),
        ("/referentiels/3/", "", ["Référentiels"]),
        ("/ailleurs/", "referentiel_list", ["Référentiels"]),
        ("/ailleurs/", "", []),
    ],
)
def test_navigation_lights_the_section(path, section, current):
    entries = components.navigation(
        Context({"request": dressed(Role.NATIONAL, path=path), "hat": Membership(role=Role.NATIONAL)}),
        section,
    )["entries"]
    assert [entry["words"] for entry in entries if entry["current"]] == current


def test_bar_says_where_one_is_and_offers_the_other_hats():
    html = page(dressed(Role.HEAD, more=[Role.NATIONAL]))
    assert "<span>Val-de-Brenne</span><span>centre d’examen</span>" in html
    menu = html[html.index('<details class="app-user"') :].split("</details>")[0]
    assert re.findall(r'action="([^"]+)"', menu) == [reverse("hat", args=[2]), reverse("account_logout")]
    assert re.findall(r'aria-current="true">.*?</svg>([^<]+)<', menu) == ["Responsable, Val-de-Brenne"]


def test_bar_of_an_anonymous_visitor_has_no_menu():
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    html = page(request)
    assert [word in html for word in ("app-menu", "app-user", "app-nav")] == [False] * 3


def test_both_frames_lead_to_the_content_and_carry_nothing_inline():
    for layout in ("base", "outside"):
        html = page(
            dressed(Role.OFFICER),
            f"{{% extends 'layout/{layout}.html' %}}{{% block title %}}Candidats{{% endblock %}}"
            "{% block heading %}Candidats{% endblock %}{% block styles %}<link href='x.css'>{% endblock %}",
        )
        parse_html(html)
        assert html.count('href="#contenu"') == html.count('id="contenu"') == 1
        assert "<title>Candidats — Certification CQPM</title>" in html
        assert html.count("<h1>Candidats</h1>") == 1
        assert re.findall(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", html) == []
        assert len(ids(html)) == len(set(ids(html)))


def test_demonstration_says_so():
    html = Template("{% extends 'layout/outside.html' %}").render(Context({"demo": True}))
    assert html.count('<aside class="demo-banner" aria-label="Démonstration">') == 1


def test_stylesheets():
    assert components.stylesheets("matrix", "sheet") == (
        '<link rel="stylesheet" href="/static/css/matrix.css">\n<link rel="stylesheet" href="/static/css/sheet.css">'
    )


def test_every_family_of_css_asked_for_exists():
    asked = set()
    for path in TEMPLATES.rglob("*.html"):
        for families in re.findall(r"{% stylesheets ([^%]+)%}", path.read_text()):
            asked |= set(re.findall(r'"([\w-]+)"', families))
    present = {path.stem for path in (Path(settings.BASE_DIR) / "static" / "css").glob("*.css")}
    assert asked - present == set()


# --- Failures ---------------------------------------------------------------------------------------------
FAILURES = {
    "400": "Demande non comprise",
    "429": "Trop d’essais en peu de temps",
    "500": "Le logiciel a rencontré une erreur",
    "503": "Service momentanément indisponible",
}


@pytest.mark.parametrize(("code", "heading"), FAILURES.items())
def test_failures_render_without_request_session_or_database(code, heading):
    html = render_to_string(f"{code}.html")
    assert f"<h1>{heading}</h1>" in html
    assert html.count('<a class="btn btn-primary" href="/">') == 1


@pytest.mark.parametrize("code", ["403", "403_csrf", "404"])
@pytest.mark.parametrize(("role", "frame"), [(Role.HEAD, "app-bar"), (None, "ext-bar")])
def test_refusals_keep_the_frame_of_the_visitor(code, role, frame):
    request = dressed(role)
    if role is None:
        request.user = AnonymousUser()
    html = page(request, f"{{% include '{code}.html' %}}")
    assert re.findall(r'<header class="(\S+)"', html) == [frame]
    assert html.count('<a class="btn btn-primary" href="/">') == 1


# --- French -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "raised"),
    [
        ("1er décembre", "1<sup>er</sup> décembre"),
        ("les 1ers et la 1re, la 2e fois", "les 1<sup>ers</sup> et la 1<sup>re</sup>, la 2<sup>e</sup> fois"),
        ("n° 12, N°3", "n° 12, N°3"),
        ("2026-12e, a1er, 3ex, nos 12 candidats", "2026-12e, a1er, 3ex, nos 12 candidats"),
        (NASTY + " 1er", ESCAPED + " 1<sup>er</sup>"),
        ("l'avis", "l&#x27;avis"),
    ],
)
def test_sup(text, raised):
    assert french.sup(text) == raised


def test_sup_after_a_date():
    html = Template("{% load french %}{{ d|long_day|sup }}").render(Context({"d": date(2026, 12, 1)}))
    assert html == "mardi 1<sup>er</sup>\u00a0décembre\u00a02026"


def test_typeset_is_escaped_and_spaced():
    html = Template("{% load french %}{{ t|typeset }}").render(Context({"t": "« Vrai » : <i>oui</i> !"}))
    assert html == "«\u00a0Vrai\u00a0»\u00a0: &lt;i&gt;oui&lt;/i&gt;\u202f!"


def test_dates_and_hours():
    template = Template(
        "{% load french %}{{ d|day }}|{{ d|short_day }}|{{ t|hour }}|{{ z|hour }}|{{ none|day }}{{ none|hour }}"
    )
    html = template.render(Context({"d": date(2026, 1, 12), "t": time(14, 5), "z": time(0), "none": None}))
    assert html == "12\u00a0janvier\u00a02026|12\u00a0janv.\u00a02026|14\u00a0h\u00a005|0\u00a0h|"


@time_machine.travel("2026-11-12 15:00+00:00", tick=False)
@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 11, 12, 7, 5, tzinfo=UTC), "aujourd’hui, 8\u00a0h\u00a005"),
        (datetime(2026, 11, 11, 23, 30, tzinfo=UTC), "aujourd’hui, 0\u00a0h\u00a030"),
        (datetime(2026, 11, 10, 7, 5, tzinfo=UTC), "10\u00a0nov., 8\u00a0h\u00a005"),
        (datetime(2025, 11, 10, 8, 0, tzinfo=UTC), "10\u00a0nov.\u00a02025, 9\u00a0h"),
        (None, ""),
    ],
)
def test_moment(at, words):
    assert french.moment(at) == words


@pytest.mark.parametrize(
    ("count", "words", "text"),
    [
        (0, "candidat", "0\u00a0candidat"),
        (3, "candidat", "3\u00a0candidats"),
        (2, "avis,avis", "2\u00a0avis"),
    ],
)
def test_plural(count, words, text):
    assert french.plural(count, words) == text
