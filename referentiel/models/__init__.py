"""Certifications, the versions of their référentiels, and how those come in and follow one another."""

from referentiel.models.capacity import (
    Capacity,
    Criterion,
    EvaluationMethod,
    Method,
    PerformanceCondition,
    SkillBlock,
)
from referentiel.models.certification import NUMBER_SHAPE, Certification, Kind
from referentiel.models.fields import validate_records, validate_texts  # named by the first migration
from referentiel.models.following import CapacityMapping, ResourceDocument
from referentiel.models.imports import ReferentielImport
from referentiel.models.norm import LEVELS, RNCP_SHAPE, Referentiel
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
