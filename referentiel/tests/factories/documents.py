"""Référentiels as people have them, made from a content: the layouts seen in real life, flattened or in columns.

Each function takes a content (`schema`) and gives a text, or the HTML of a PDF; what the reading makes of it is
compared with the content it came from.
"""

import copy
import html
import textwrap
from functools import cache

from referentiel.tests.factories import FICTITIOUS, content_of_file

METHOD_WORDS = {
    "real_situation": "Evaluation en situation professionnelle réelle",
    "project": "Présentation des projets ou activités réalisés en milieu professionnel",
    "reconstituted": "Evaluation à partir d’une situation professionnelle reconstituée",
}
TABLE_HEAD = [
    "Capacités professionnelles",
    "Conditions de réalisation",
    "Critères observables et ou mesurables avec niveau d’exigence",
    "Modalités d’évaluation",
]
NUMBER, LEVEL, DATED = "CQPM 2031 0912", 4, "14/03/2031"
HEADER_OLD = ["Qualification : MQ 2009 11 63 0417", "Catégorie : B", "Dernière modification : le 05/11/2012"]
HEADER_2020 = [
    "Commission paritaire nationale de l’emploi et de la formation professionnelle de la métallurgie",
    f"Qualification : {NUMBER}   Niveau : {LEVEL}",
    f"Dernière Modification : {DATED}",
]


@cache
def invented():
    """A content nobody has: five capacities, two blocs, items, a tail, an alternative, uneven methods."""
    content = copy.deepcopy(content_of_file(FICTITIOUS))
    content["capacities"] = content["capacities"][:5]
    content["notes"], content["footnotes"] = [], []
    return content


def methods_of(capacity, joint="Ou"):
    lines = []
    for method in capacity["methods"]:
        lines += [*([joint] if lines else []), METHOD_WORDS[method]]
    if capacity["company_opinion"]:
        lines.append("Et avis de l’entreprise")
    return lines


def criterion_lines(criterion, mark, item_mark):
    """(bullet, text) of each line of a criterion."""
    if criterion["alternatives"]:
        lines = []
        for branch in criterion["alternatives"]:
            lines += [*([("", "Et/ou :")] if lines else []), (mark, branch)]
        return lines
    lines = [(mark, criterion["text"]), *((item_mark, item) for item in criterion["items"])]
    return [*lines, ("", criterion["tail"])] if criterion["tail"] else lines


def wrapped(lines, width, *, cut=False):
    """Each (bullet, text) broken over lines, the long words cut as a narrow column cuts them."""
    for bullet, text in lines:
        rows = textwrap.wrap(text, width, break_on_hyphens=False) or [""]
        if cut:
            rows = [part for row in hyphenated(rows) for part in row]
        yield f"{bullet} {rows[0]}".strip()
        yield from rows[1:]


def hyphenated(rows):
    """Moves the end of a line's long last word to the next line: «profes-», «sionnelle»."""
    carried = ""
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        words = (carried + row).split(" ")
        carried = ""
        if following and len(words[-1]) > 8 and words[-1].isalpha():
            carried = words[-1][5:] + " "
            words[-1] = words[-1][:5] + "-"
        yield [" ".join(words)]


def condition_lines(capacity, mark):
    for condition in capacity["conditions"]:
        yield ("", condition["text"])
        yield from ((mark, item) for item in condition["items"])


def table_lines(content, *, bullets=("\uf0f0", "\uf0b7"), cut=True):
    """The table as a copy interleaves it: title, conditions, first criterion, methods, the other criteria."""
    mark, item_mark = bullets
    lines = [" ".join(TABLE_HEAD)]
    for capacity in content["capacities"]:
        criteria = [criterion_lines(criterion, mark, item_mark) for criterion in capacity["criteria"]]
        lines += wrapped([("", f"{capacity['number']}. {capacity['title']}.")], 24, cut=cut)
        lines += wrapped(condition_lines(capacity, item_mark), 34, cut=cut)
        lines += wrapped(criteria[0], 90)
        lines += wrapped([("", line) for line in methods_of(capacity)], 28, cut=cut)
        lines += wrapped([line for criterion in criteria[1:] for line in criterion], 90)
        if capacity["number"] % 3 == 2:
            lines += [f"Page {capacity['number']} sur 9", " ".join(TABLE_HEAD)]
    return lines


def able_lines(content):
    titles = [("", f"{row['number']}) {row['title']}") for row in content["capacities"]]
    return ["Pour cela, il (elle) doit être capable de :", *wrapped(titles, 80)]


def mission_lines(content, bullets):
    mark, item_mark = bullets
    for mission in content["missions"]:
        yield (mark, mission["text"])
        yield from ((item_mark, item) for item in mission["items"])


def end_lines(content, headings=("III CONDITIONS D’ADMISSIBILITE", "IV MODALITES D’EVALUATION")):
    lines = [headings[0], *wrapped([("", content["admissibility"])], 95), headings[1]]
    for section in content["evaluation_arrangements"]:
        texts = [("•" if text[0].islower() else "", text) for text in section["text"]]
        lines += [section["heading"], *wrapped(texts, 95)]
    return lines


def roman(
    content, *, bullets=("\uf0f0", "\uf0b7"), mission_bullets=("\uf0b7", "o"), cut=True, header=HEADER_OLD
):
    """«I OBJECTIF …», as the seed: a blank line between all lines."""
    lines = [*header, "REFERENTIEL DU CQPM", f"TITRE DU CQPM : {content['title']}"]
    lines += ["I OBJECTIF PROFESSIONNEL DU CQPM"]
    lines += wrapped([("", text) for text in content["objective"]], 95)
    lines += wrapped(mission_lines(content, mission_bullets), 90)
    lines += able_lines(content)
    lines += ["II REFERENTIEL DE CERTIFICATION", *table_lines(content, bullets=bullets, cut=cut)]
    return "\n\n".join([*lines, *end_lines(content)])


def numbered(content, *, bullets=("•", "-"), header=HEADER_2020):
    """«1. REFERENTIEL D’ACTIVITES», 1.1 to 1.3, then blocs and their codes, then the table."""
    lines = [*header, "REFERENTIEL DU CQPM", f"Titre du CQPM : {content['title']}"]
    lines += ["1. REFERENTIEL D’ACTIVITES DU CQPM"]
    lines += ["1.1. Mission (s) et activités visées par la certification professionnelle"]
    lines += wrapped([("", text) for text in content["objective"]], 95)
    lines += wrapped(mission_lines(content, bullets), 90)
    lines += ["1.2. Environnement de travail", "Il travaille en atelier, sur un îlot ou plusieurs."]
    lines += ["1.3. Interactions dans l’environnement de travail"]
    lines += ["Il rend compte au chef d’équipe et échange avec la maintenance."]
    lines += ["2. REFERENTIEL DE COMPETENCES DU CQPM", "Le titulaire doit être capable de :"]
    last = None
    for capacity in content["capacities"]:
        if capacity["block"] and capacity["block"] != last:
            last = capacity["block"]
            rank = int(last["code"][-2:])
            lines.append(f"Bloc de compétences n°{rank} : {last['title']} ({last['code']})")
        lines.append(f"{capacity['number']}. {capacity['title']}")
    lines += ["3. REFERENTIEL D’EVALUATION DU CQPM", *table_lines(content, bullets=bullets, cut=False)]
    return "\n".join(
        [*lines, *end_lines(content, ("4. CONDITIONS D’ADMISSIBILITE", "5. MODALITES D’EVALUATION"))]
    )


def flat(text):
    """No line break at all, as sharing sites give it; words cut at line ends keep their hyphen and a space."""
    return " ".join(text.split())


# --- PDF --------------------------------------------------------------------------------------------------

PAGE = """<!doctype html><html lang="fr"><meta charset="utf-8"><title>Référentiel</title><style>
@page {{ size: A4 {orientation}; margin: 15mm; @bottom-right {{ content: "Page " counter(page) " sur " counter(pages); font-size: 8pt }} }}
body {{ font: 9pt sans-serif }} h1 {{ font-size: 13pt }} h2 {{ font-size: 10.5pt }} h3 {{ font-size: 9.5pt }}
table {{ border-collapse: collapse; width: 100% }} th, td {{ {border} padding: 3pt; vertical-align: top; text-align: left }}
td:nth-child(1) {{ width: 16% }} td:nth-child(2) {{ width: 24% }} td:nth-child(4) {{ width: 18% }}
ul {{ margin: 0; padding-left: 10pt }} p {{ margin: 2pt 0 }}
</style>{body}</html>"""


def page(content, *, ruled=True, orientation="landscape"):
    """The HTML of a PDF with the table in four columns."""
    head = "".join(f"<th>{cell}</th>" for cell in TABLE_HEAD)
    rows = "".join(row(capacity) for capacity in content["capacities"])
    body = [f"<p>{line}</p>" for line in HEADER_2020]
    body += ["<h1>REFERENTIEL DU CQPM</h1>", f"<p>TITRE DU CQPM : {html.escape(content['title'])}</p>"]
    body += ["<h2>I OBJECTIF PROFESSIONNEL DU CQPM</h2>", *paragraphs(content["objective"])]
    body += [listed(content["missions"]), "<p>Pour cela, il (elle) doit être capable de :</p>"]
    body += paragraphs(f"{row['number']}) {row['title']}" for row in content["capacities"])
    body += ["<h2>II REFERENTIEL DE CERTIFICATION</h2>"]
    body += [f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"]
    body += ["<h2>III CONDITIONS D’ADMISSIBILITE</h2>", *paragraphs([content["admissibility"]])]
    body += ["<h2>IV MODALITES D’EVALUATION</h2>"]
    for section in content["evaluation_arrangements"]:
        texts = [f"• {text}" if text[0].islower() else text for text in section["text"]]
        body += [f"<h3>{html.escape(section['heading'])}</h3>", *paragraphs(texts)]
    border = "border: 0.5pt solid black;" if ruled else ""
    return PAGE.format(orientation=orientation, border=border, body="\n".join(body))


def paragraphs(texts):
    return [f"<p>{html.escape(text)}</p>" for text in texts]


def listed(rows):
    items = "".join(
        f"<li>{html.escape(row['text'])}{listed([{'text': item, 'items': []} for item in row['items']])}</li>"
        for row in rows
    )
    return f"<ul>{items}</ul>" if rows else ""


def row(capacity):
    conditions = "".join(
        f"<p>{html.escape(condition['text'])}</p>{listed([{'text': item, 'items': []} for item in condition['items']])}"
        for condition in capacity["conditions"]
    )
    criteria = "".join(
        f"<p>{bullet + ' ' if bullet else ''}{html.escape(text)}</p>"
        for criterion in capacity["criteria"]
        for bullet, text in criterion_lines(criterion, "➢", "-")
    )
    methods = "".join(paragraphs(methods_of(capacity)))
    return f"<tr><td>{capacity['number']}. {html.escape(capacity['title'])}</td><td>{conditions}</td><td>{criteria}</td><td>{methods}</td></tr>"


def laid_out(content, widths=(26, 36, 60, 40)):
    """The table side by side with spaces, as «pdftotext -layout» prints it."""

    def row_of(cells):
        columns = [list(wrapped(cell, width - 4)) for cell, width in zip(cells, widths, strict=True)]
        for rank in range(max(map(len, columns))):
            parts = [column[rank] if rank < len(column) else "" for column in columns]
            yield "".join(part.ljust(width) for part, width in zip(parts, widths, strict=True)).rstrip()

    text = roman(content)
    before, after = text.split("II REFERENTIEL DE CERTIFICATION")[0], "\n".join(end_lines(content))
    lines = [before, "II REFERENTIEL DE CERTIFICATION", "", *row_of([[("", head)] for head in TABLE_HEAD])]
    for capacity in content["capacities"]:
        criteria = [
            line for criterion in capacity["criteria"] for line in criterion_lines(criterion, "•", "-")
        ]
        methods = [("", line) for line in methods_of(capacity)]
        title = [("", f"{capacity['number']}. {capacity['title']}.")]
        lines += [*row_of([title, list(condition_lines(capacity, "•")), criteria, methods]), ""]
    return "\n".join([*lines, after])
