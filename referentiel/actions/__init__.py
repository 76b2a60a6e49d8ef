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

__all__ = [
    "add_capacity",
    "assign_certifications",
    "create_draft",
    "delete_capacity",
    "delete_draft",
    "draft_from_document",
    "load_referentiel",
    "move_capacity",
    "publish_referentiel",
    "request_import",
    "retry_import",
    "save_blocks",
    "save_capacity",
    "save_section",
]
