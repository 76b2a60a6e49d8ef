"""A version as the plain value files hold, and its fingerprint."""

import hashlib
import json
from pathlib import Path

DATA = Path(__file__).parent / "data"  # the référentiels that come with the software


def content(referentiel):
    """What `export_referentiel` prints of a version: a dict in the file's shape and order; five queries at most."""
    return {
        "title": referentiel.title,
        "number": referentiel.number,
        "version": referentiel.version,
        "dated": referentiel.dated and referentiel.dated.isoformat(),
        "objective": referentiel.objective,
        "missions": [
            {"text": mission["text"], "items": mission["items"]} for mission in referentiel.missions
        ],
        "capacities": [capacity_content(capacity) for capacity in referentiel.tree],
        "admissibility": referentiel.admissibility,
        "evaluation_arrangements": [
            {"heading": section["heading"], "text": section["text"]}
            for section in referentiel.evaluation_arrangements
        ],
        "footnotes": [{"mark": note["mark"], "text": note["text"]} for note in referentiel.footnotes],
        "switches": {
            "rncp": referentiel.rncp,
            "level": referentiel.level,
            "fictitious": referentiel.fictitious,
        },
        "notes": referentiel.notes,
    }


def capacity_content(capacity):
    """One capacity of `content`."""
    block = capacity.block
    return {
        "number": capacity.number,
        "title": capacity.title,
        "conditions": [
            {"text": condition.text, "items": condition.items} for condition in capacity.conditions.all()
        ],
        "criteria": [
            {
                "text": criterion.text,
                "items": criterion.items,
                "alternatives": criterion.alternatives,
                "tail": criterion.tail,
            }
            for criterion in capacity.criteria.all()
        ],
        "methods": [method.value for method in capacity.methods],
        "company_opinion": capacity.company_opinion,
        "block": block and {"code": block.code, "title": block.title},
    }


def digest(value):
    """The SHA-256 of a content, whatever the order of its keys and its layout in the file."""
    canonical = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
