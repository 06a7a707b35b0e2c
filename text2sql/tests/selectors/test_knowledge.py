"""The known questions nearest to one that is asked."""

from collections.abc import Callable

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
from config.common.ids import uuid7
from projects.models import Project
from projects.services import create_project
from tasks.engines.errors import EngineUnavailable
from text2sql.catalog import Catalog
from text2sql.engines.base import Example
from text2sql.models import DatabaseConnection, SqlKnowledge
from text2sql.selectors import knowledge
from text2sql.selectors.knowledge import Matches, find_matches, knowledge_for, search_knowledge
from text2sql.services.knowledge import reject_pair
from text2sql.tests.knowledge.shop import SHOP
from text2sql.tests.pairs import PARIS, known, make_connection, propose

pytestmark = pytest.mark.django_db

Find = Callable[..., Matches]


@pytest.fixture
def connection(owner: Account, project: Project) -> DatabaseConnection:
    """Shared with the project."""
    return make_connection(owner, project)


@pytest.fixture
def find(project: Project, connection: DatabaseConnection) -> Find:
    """`find("...")` over the shop."""

    def ask(question: str, catalog: Catalog | None = SHOP, asked: DatabaseConnection = connection) -> Matches:
        return find_matches(project_id=project.pk, connection=asked, catalog=catalog, question=question)

    return ask


def query_of(found: Matches) -> str | None:
    return found.exact.sql if found.exact else None


#: Question -> the query for it; None where nothing may be reused.
EXACT = {
    "how many CUSTOMERS live in Lyon": "SELECT COUNT(*) FROM customers WHERE city = 'Lyon'",
    "How many customers live in ha noi?": "SELECT COUNT(*) FROM customers WHERE city = 'Hà Nội'",
    "How many customers live in Paris?": PARIS[1],
    "How many customers do not live in Lyon": None,
    "How many customers live in Berlin": None,
    "How many customers live in Paid": None,
    "How many orders live in Lyon": None,
    "Top 9 orders over 1,000": "SELECT id FROM orders WHERE total > 1000 ORDER BY total DESC LIMIT 9",
    "Top 2.5 orders over 3": None,
    "Top five orders over 3": "SELECT id FROM orders WHERE total > 3 ORDER BY total DESC LIMIT 5",
    "Bottom 9 orders over 1000": None,
}


def test_same_questions_are_reused_with_their_own_values(project: Project, find: Find) -> None:
    known(project)
    known(project, "Top 3 orders over 7", "SELECT id FROM orders WHERE total > 7 ORDER BY total DESC LIMIT 3")
    assert {question: query_of(find(question)) for question in EXACT} == EXACT


def test_same_question_needs_no_sampled_value(project: Project, find: Find) -> None:
    known(project, "Customers of Oslo", "SELECT id FROM customers WHERE city = 'Oslo'")
    assert query_of(find("customers of oslo")) == "SELECT id FROM customers WHERE city = 'Oslo'"
    assert query_of(find("customers of oslo", catalog=None)) == "SELECT id FROM customers WHERE city = 'Oslo'"


def test_accents_may_be_missing_and_not_be_others(project: Project, find: Find) -> None:
    known(project, "Có bao nhiêu đơn bán", "SELECT count(*) FROM orders")
    found = {text: query_of(find(text)) for text in ("co bao nhieu don ban", "Có bao nhiêu đơn bạn")}
    assert found == {"co bao nhieu don ban": "SELECT count(*) FROM orders", "Có bao nhiêu đơn bạn": None}


def test_only_approved_pairs_of_project_and_database_answer(
    project: Project, owner: Account, find: Find, connection: DatabaseConnection
) -> None:
    other = make_connection(owner, project)
    known(create_project(user=owner, project_name="Other"), "First", "SELECT 1")
    propose(project, owner, "Second", "SELECT 2")
    known(project, "Third", "SELECT 3", database_type="mysql")
    known(project, "Fourth", "SELECT 4", connection_id=other.pk)
    reject_pair(pair=known(project, "Fifth", "SELECT 5"), actor=owner)
    known(project, "Sixth", "SELECT 6", connection_id=connection.pk)
    found = {text: find(text) for text in ("first", "second", "third", "fourth", "fifth", "sixth")}
    assert [text for text, matches in found.items() if matches.exact] == ["sixth"]
    assert query_of(find("fourth", asked=other)) == "SELECT 4"
    near = {match.question for matches in found.values() for match in matches.near}
    assert near <= {"Sixth"}


def test_pair_that_the_schema_does_not_fit_answers_nothing(project: Project, find: Find) -> None:
    known(project, "All clients", "SELECT name FROM clients")
    known(project, "All mails", "SELECT email FROM customers")
    assert [find(text) for text in ("all clients", "all mails")] == [Matches(), Matches()]


def rank(pair: SqlKnowledge, **counts: object) -> None:
    SqlKnowledge.objects.filter(pk=pair.pk).update(**counts)


def test_best_of_several_answers(project: Project, find: Find) -> None:
    names = ["id", "name", "city"]
    pairs = [known(project, "All of them", f"SELECT {name} FROM customers") for name in names]  # noqa: S608  (names of ours)
    first, second, third = pairs
    rank(third, wrong_count=1, success_rate=100, usage_count=99)
    rank(second, success_rate=90)
    assert query_of(find("all of them")) == second.sql_query
    rank(first, success_rate=100)
    assert query_of(find("all of them")) == first.sql_query
    rank(first, wrong_count=2)
    rank(second, wrong_count=1, usage_count=1)
    assert query_of(find("all of them")) == third.sql_query


def test_doubtful_pair_is_only_near(project: Project, find: Find) -> None:
    pair = known(project)
    rank(pair, wrong_count=2, confirmed_count=1)
    found = find(PARIS[0])
    assert (found.exact, [match.knowledge_id for match in found.near]) == (None, [pair.pk])
    rank(pair, confirmed_count=2)
    assert query_of(find(PARIS[0])) == PARIS[1]


def test_near_questions_are_examples_nearest_first(project: Project, find: Find) -> None:
    known(project, "How many customers have ordered?", "SELECT count(DISTINCT customer_id) FROM orders")
    known(project, "How many customers do not live in Paris?", "SELECT count(*) FROM customers WHERE city <> 'Paris'")
    known(project)
    known(project, "The weather of tomorrow", "SELECT 1")
    near = find("How many of our customers live in Lyon").near
    assert [match.question for match in near] == [
        PARIS[0],
        "How many customers do not live in Paris?",
        "How many customers have ordered?",
    ]
    assert near[0].example == Example(*PARIS, near[0].score)
    assert 1 > near[0].score > near[1].score > near[2].score >= knowledge.NEAR_ENOUGH


def test_vietnamese_without_accents_finds_the_accented(project: Project, find: Find) -> None:
    known(project, "Mỗi thành phố có bao nhiêu khách hàng?", "SELECT city, count(*) FROM customers GROUP BY city")
    known(project, "Sản phẩm nào đắt nhất?", "SELECT 1")
    near = find("so khach hang cua moi thanh pho").near
    assert [match.question for match in near] == ["Mỗi thành phố có bao nhiêu khách hàng?"]


def test_words_alone_must_do_without_an_engine(project: Project, find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(texts: list[str]) -> None:
        raise EngineUnavailable("It is gone.")

    known(project)
    monkeypatch.setattr(knowledge, "embed_texts", broken)
    assert [match.question for match in find("How many of our customers live in Lyon?").near] == [PARIS[0]]
    assert find("how many").near == ()
    assert find("'); & | ! :* <->").near == ()


def test_other_projects_do_not_crowd_out_near_pairs(project: Project, owner: Account, find: Find) -> None:
    theirs = known(create_project(user=owner, project_name="Other"))
    for _ in range(100):
        theirs.pk = uuid7()
        theirs.save(force_insert=True)
    mine = known(project, "How many customers live in the city of Paris?", PARIS[1])
    with database.cursor() as cursor:
        # Small tables are sorted; large ones are searched by the index, which knows no projects.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
    assert [match.knowledge_id for match in find("how many people live in Paris").near] == [mine.pk]


def test_exact_match_takes_one_query(project: Project, find: Find) -> None:
    known(project)
    with CaptureQueriesContext(database) as captured:
        find(PARIS[0])
    assert len(captured) == 1


def test_everybody_sees_the_pairs_of_their_projects(
    project: Project, owner: Account, member: Account, stranger: Account, staff: Account
) -> None:
    pair = known(project)
    seen = {person.username: list(knowledge_for(person, None)) for person in (owner, member, stranger, staff)}
    assert seen == {"owner": [pair], "member": [pair], "stranger": [], "staff": [pair]}


def test_search_ignores_accents(project: Project, owner: Account) -> None:
    pair = known(project, "Có bao nhiêu khách hàng?", "SELECT 1")
    rows = knowledge_for(owner, None)
    found = {words: list(search_knowledge(rows, words)) for words in ("khach", "KHÁCH hà", "\0khach", "orders", "")}
    assert found == {"khach": [pair], "KHÁCH hà": [pair], "\0khach": [pair], "orders": [], "": []}
