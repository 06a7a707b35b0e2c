"""DESIGN's budgets: files, functions, comments, tests."""

from ast import get_docstring
from statistics import median

# Under another name: pytest would take `tests` for a test.
from config.tests.guards.sources import length, percentile, product, sources
from config.tests.guards.sources import tests as written_tests

LONGEST_FILE = 500
LONG_FUNCTION = 50


def _lines(text: str) -> int:
    return len(text.splitlines())


def test_no_file_is_longer_than_500_lines() -> None:
    too_long = {source.path: _lines(source.text) for source in sources() if _lines(source.text) > LONGEST_FILE}
    assert too_long == {}


def test_files_are_short() -> None:
    lengths = [_lines(source.text) for source in product() if source.line_count]
    assert median(lengths) <= 80
    assert percentile(lengths, 0.9) <= 300


def test_functions_are_short() -> None:
    lengths = [length(function) for source in product() for function in source.functions()]
    assert percentile(lengths, 0.9) <= 30


def test_hardly_any_function_is_long() -> None:
    functions = [(source.path, function) for source in product() for function in source.functions()]
    long = [f"{path}:{function.name}" for path, function in functions if length(function) > LONG_FUNCTION]
    assert len(long) <= 0.01 * len(functions), long


def test_explanations_are_neither_missing_nor_noise() -> None:
    explaining = sum(source.explaining_lines() for source in product())
    share = explaining / sum(source.line_count for source in product())
    assert 0.04 <= share <= 0.06


def test_tests_are_1_3_to_2_0_times_the_code() -> None:
    ratio = sum(source.line_count for source in written_tests()) / sum(source.line_count for source in product())
    assert 1.3 <= ratio <= 2.0


def test_tests_are_short() -> None:
    functions = [function for source in written_tests() for function in source.functions()]
    assert median(length(function) for function in functions if function.name.startswith("test_")) <= 12


def test_every_module_says_what_it_is_for() -> None:
    silent = [source.path for source in sources() if not source.is_migration and get_docstring(source.tree) is None]
    assert silent == []
