"""Certifications, the versions of their référentiels, and how those come in and follow one another."""

from referentiel.models.following import CapacityMapping, ResourceDocument
from referentiel.models.imports import ReferentielImport
from referentiel.models.norm import (
    LEVELS,
    NUMBER_SHAPE,
    RNCP_SHAPE,
    Capacity,
    Certification,
    Criterion,
    EvaluationMethod,
    Kind,
    Method,
    PerformanceCondition,
    Referentiel,
    SkillBlock,
    validate_records,  # named by the first migration
    validate_texts,
)
from referentiel.models.switches import Derogation

__all__ = [
    "LEVELS",
    "NUMBER_SHAPE",
    "RNCP_SHAPE",
    "Capacity",
    "CapacityMapping",
    "Certification",
    "Criterion",
    "Derogation",
    "EvaluationMethod",
    "Kind",
    "Method",
    "PerformanceCondition",
    "Referentiel",
    "ReferentielImport",
    "ResourceDocument",
    "SkillBlock",
    "validate_records",
    "validate_texts",
]
