"""Every change to référentiels: loading, bringing in a document, publishing, and who keeps them."""

from referentiel.actions.imports import draft_from_document, request_import, retry_import
from referentiel.actions.norm import (
    assign_certifications,
    create_draft,
    load_referentiel,
    publish_referentiel,
)

__all__ = [
    "assign_certifications",
    "create_draft",
    "draft_from_document",
    "load_referentiel",
    "publish_referentiel",
    "request_import",
    "retry_import",
]
