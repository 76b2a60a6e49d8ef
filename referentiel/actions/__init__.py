"""Every change to référentiels: loading, bringing in a document, publishing, and who keeps them."""

from referentiel.actions.editing import (
    add_capacity,
    delete_capacity,
    delete_draft,
    move_capacity,
    save_blocks,
    save_capacity,
    save_section,
)
from referentiel.actions.imports import draft_from_document, request_import, retry_import
from referentiel.actions.norm import (
    assign_certifications,
    create_draft,
    load_referentiel,
    publish_referentiel,
)
from referentiel.actions.switches import grant_derogation, revoke_derogation, set_switches
from referentiel.actions.versions import add_document, copy_version, map_capacities, remove_document

__all__ = [
    "add_capacity",
    "add_document",
    "assign_certifications",
    "copy_version",
    "create_draft",
    "delete_capacity",
    "delete_draft",
    "draft_from_document",
    "grant_derogation",
    "load_referentiel",
    "map_capacities",
    "move_capacity",
    "publish_referentiel",
    "remove_document",
    "request_import",
    "retry_import",
    "revoke_derogation",
    "save_blocks",
    "save_capacity",
    "save_section",
    "set_switches",
]
