"""Référentiels for tests: the two that come with the software, and small ones made to measure."""

import itertools
from functools import cache

from django.utils import timezone

from accounts.log import SYSTEM
from accounts.tests.factories import make_resource_centre
from cqpm.utils import stored
from referentiel.actions import create_draft, load_referentiel
from referentiel.exchange import DATA
from referentiel.models import Certification, Kind, Method, ReferentielImport
from referentiel.schema import read

SEED = "technicien-usinage-mocn.json"
FICTITIOUS = "fictif-ilots-robotises.json"
serials = itertools.count(1)


@cache
def content_of_file(name):
    """The content of one of the software's files, read once. Not to be changed: `copy.deepcopy` it first."""
    return read((DATA / name).read_text(encoding="utf-8"))


def load_seed():
    """The seed's référentiel, published: 7 capacities, 30 criteria, all methods, no bloc."""
    return load_referentiel(content=content_of_file(SEED), by=SYSTEM)[0]


def load_fictitious():
    """The fictitious référentiel, published: 9 capacities in 3 blocs, RNCP-active, uneven methods and opinions."""
    return load_referentiel(content=content_of_file(FICTITIOUS), by=SYSTEM)[0]


def make_content(
    criteria=(2, 1),
    *,
    title="Opérateur(trice) d’essai",
    number="ESSAI 0001",
    version="1",
    methods=Method.values,
    company_opinion=True,
    blocks=None,
    rncp=None,
    level=None,
    fictitious=True,
):
    """The content of a small synthetic file; `criteria` counts them per capacity.

    `blocks`: capacities per bloc, e.g. (1, 1); needs `rncp`.
    """
    block_of = [rank for rank, size in enumerate(blocks or (), 1) for _ in range(size)]
    return {
        "title": title,
        "number": number,
        "version": version,
        "dated": None,
        "objective": ["Il essaie le logiciel."],
        "missions": [],
        "capacities": [
            {
                "number": rank,
                "title": f"Capacité d’essai {rank}",
                "conditions": [{"text": "A partir :", "items": ["du plan ;", "de la gamme."]}],
                "criteria": [
                    {
                        "text": f"Le critère {rank}.{n} est observé.",
                        "items": [],
                        "alternatives": [],
                        "tail": "",
                    }
                    for n in range(1, count + 1)
                ],
                "methods": [str(method) for method in methods],
                "company_opinion": company_opinion,
                "block": {
                    "code": f"{rncp}BC{block_of[rank - 1]:02d}",
                    "title": f"Bloc d’essai {block_of[rank - 1]}",
                }
                if blocks
                else None,
            }
            for rank, count in enumerate(criteria, 1)
        ],
        "admissibility": "L’ensemble des capacités doit être acquis.",
        "evaluation_arrangements": [],
        "footnotes": [],
        "switches": {"rncp": rncp, "level": level, "fictitious": fictitious},
        "notes": [],
    }


def make_referentiel(criteria=(2, 1), *, kind=Kind.CQPM, resource_centre=None, **options):
    """A small published référentiel, of a certification of its own unless `number` says otherwise.

    `options`: those of `make_content`.
    """
    options.setdefault("number", f"ESSAI {next(serials):04d}")
    referentiel, _ = load_referentiel(content=make_content(criteria, **options), by=SYSTEM, kind=kind)
    if resource_centre:
        referentiel.certification.resource_centre = resource_centre
        referentiel.certification.save(update_fields=["resource_centre"])
    return referentiel


def make_draft(criteria=(2, 1), *, resource_centre=None, **options):
    """A small draft, of a certification of its own kept by a centre de ressource. `options`: of `make_content`."""
    options.setdefault("number", f"ESSAI {next(serials):04d}")
    content = make_content(criteria, **options)
    certification = Certification.objects.create(
        title=content["title"],
        number=content["number"],
        resource_centre=resource_centre or make_resource_centre(),
    )
    return create_draft(certification, content)


def make_import(content=b"texte", *, state=ReferentielImport.State.REFUSED, **fields):
    """A document sent: refused unless `state` says otherwise."""
    refused = state == ReferentielImport.State.REFUSED
    return ReferentielImport.objects.create(
        **{
            "resource_centre": fields.pop("resource_centre", None) or make_resource_centre(),
            "file_name": "referentiel.txt",
            "sha256": stored.keep("referentiels", content),
            "size": len(content),
            "state": state,
            "reasons": ["Le fichier est vide."] if refused else [],
            "finished_at": None if state == ReferentielImport.State.PENDING else timezone.now(),
        }
        | fields
    )


def plain(text):
    """The text with ordinary spaces where French typography has others."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")
