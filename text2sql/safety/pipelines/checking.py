"""Checks a pipeline: {"collection": ..., "pipeline": [...]}."""

import json

from text2sql.safety.base import CheckedStatement, Policy
from text2sql.safety.pipelines.reading import read_json
from text2sql.safety.pipelines.stages import PipelineCheck
from text2sql.safety.pipelines.values import exact_parts


def check_pipeline(text: str, policy: Policy) -> CheckedStatement:
    """The pipeline as canonical JSON; raises StatementRefused for every stage, operator or collection not listed.

    Keys keep their order, which means something in $sort; short forms are written out.
    """
    parts = exact_parts(read_json(text), "the statement", needed="collection pipeline")
    check = PipelineCheck(policy)
    sent = {"collection": check.collection(parts["collection"]), "pipeline": check.pipeline(parts["pipeline"])}
    written = json.dumps(sent, ensure_ascii=False, allow_nan=False)
    return CheckedStatement("mongodb", written, frozenset(check.tables))
