"""Which questions of a thread say all they ask."""

from text2sql.knowledge.threads import stands_alone

ALONE = (
    "How many customers live in Paris?",
    "Top 5 products by revenue",
    "List the names of all stores with more than 3 employees",
    "Which month had the most orders",
    "Có bao nhiêu khách hàng ở Hà Nội?",
    "Liệt kê tên các cửa hàng có trên 3 nhân viên",
    "Số đơn hàng của tháng trước là bao nhiêu",
    "co bao nhieu khach hang o Ha Noi",
    "Doanh thu trung bình mỗi đơn hàng là bao nhiêu",
)
LEANING = (
    "",
    "And by month?",
    "How many?",
    "What about the customers in Paris?",
    "Only the ones from last year",
    "  and   How many live in Rome?",
    "List their names and cities too",
    "How many of them are older than 30?",
    "sort the result by price descending",
    "Without the customers of Paris please",
    "Còn khách hàng ở Huế thì sao?",
    "Theo từng tháng thì thế nào?",
    "Chỉ những khách hàng ở Hà Nội",
    "What about the customers in Huế?",
    "theo tung thang trong nam 2024",
    "Có bao nhiêu người trong số đó?",
)


def test_questions_that_say_all_they_ask() -> None:
    assert [question for question in ALONE if not stands_alone(question)] == []


def test_questions_that_lean_on_the_one_before() -> None:
    assert [question for question in LEANING if stands_alone(question)] == []
