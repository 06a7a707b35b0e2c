"""Connections, schemas, questions and the knowledge base (D2 section 3)."""

from text2sql.models.connection import DatabaseConnection, DatabaseKind
from text2sql.models.evaluation import EvaluationRun, EvaluationVerdict, Outcome
from text2sql.models.knowledge import KnowledgeStatus, SqlKnowledge
from text2sql.models.query import Feedback, QueryExport, QueryHistory, QuerySource, QueryStatus
from text2sql.models.schema import DatabaseSchema, SchemaNote

__all__ = [
    "DatabaseConnection", "DatabaseKind", "DatabaseSchema", "EvaluationRun", "EvaluationVerdict", "Feedback",
    "KnowledgeStatus", "Outcome", "QueryExport", "QueryHistory", "QuerySource", "QueryStatus", "SchemaNote",
    "SqlKnowledge",
]  # fmt: skip
