"""Questions with the sentence that answers each, over six invented documents in `library/`."""

import re
from functools import cache
from pathlib import Path

from chatbot.engines.base import Source

_SECTION = re.compile(r"^## (.+?) \{page (\d+)\}\n\n(.+?)(?=\n\n## |\Z)", re.DOTALL | re.MULTILINE)


@cache
def library() -> tuple[Source, ...]:
    """One source per section of every document, as if the search had found them all equally near."""
    found: list[Source] = []
    for path in sorted((Path(__file__).parent / "library").glob("*.md")):
        text = path.read_text("utf-8")
        title = text.partition("\n")[0].removeprefix("# ")
        for heading, page, content in _SECTION.findall(text):
            number = len(found) + 1
            found.append(Source(number, "file", title, content.strip(), int(page), heading, f"{path.stem}:{number:03}"))
    return tuple(found)


#: Question, and words that stand in the right sentence and in no other.
ENGLISH = [
    ("When was the Harlow Bridge opened?", "opened on 12 May 1931"),
    ("Who designed the bridge?", "Tomas Brandt designed"),
    ("How long is the bridge?", "412 metres long"),
    ("What did it cost to build the bridge?", "cost 2.4 million crowns"),
    ("Why was the toll abolished?", "toll for cars was abolished"),
    ("How often is the bridge painted?", "painted every eleven years"),
    ("Who is in charge of the maintenance team?", "led by Ingrid Solberg"),
    ("Can heavy lorries cross the bridge?", "Lorries heavier than 12 tonnes"),
    ("How many litres does the water tank of the coffee machine hold?", "tank holds 1.8 litres"),
    ("How do I get stronger coffee?", "for a stronger drink"),
    ("What should I use for descaling?", "Use citric acid"),
    ("May I put parts into the dishwasher?", "into the dishwasher"),
    ("What does a loud noise mean?", "A loud noise means"),
    ("After how many minutes does the machine turn itself off?", "after 25 minutes"),
    ("How long is the guarantee?", "guarantee lasts three years"),
    ("Which seal ring do I need when the machine leaks?", "MX-214"),
    ("At what time does the library close on Thursdays?", "On Thursdays it closes"),
    ("How many books can a reader borrow?", "borrow up to twelve items"),
    ("What is the fine for returning a book late?", "20 cents a day"),
    ("How much does membership cost per year?", "15 euro a year"),
    ("How many days of paid leave do employees get?", "28 days of paid leave"),
    ("Where do people gather if there is a fire?", "gathers in the car park"),
    ("When is the fire alarm tested?", "first Monday of each month"),
    ("Who has the key to the roof?", "Mr Lindqvist"),
    ("How much is the monthly rent?", "monthly rent is 940 euro"),
    ("When do I get my deposit back?", "returns the deposit within six weeks"),
    ("Are dogs allowed in the flat?", "dogs need the written consent"),
    ("What notice must be given to end the lease?", "three months' notice"),
    ("Who is the landlord?", "landlord is Greta Haversham"),
    ("When are the quiet hours?", "Quiet hours are from"),
]
VIETNAMESE = [
    ("Giờ nghỉ trưa kéo dài bao lâu?", "kéo dài 75 phút"),
    ("Mỗi năm nhân viên được bao nhiêu ngày phép?", "14 ngày phép hưởng lương"),
    ("Lương được trả vào ngày nào?", "trả vào ngày 25"),
    ("Ai trả lời thắc mắc về lương?", "Bà Lê Thu Hà"),
    ("Cửa thoát hiểm ở đâu?", "cuối hành lang tầng hai"),
    ("Làm thêm giờ ngày thường được trả bao nhiêu?", "150% lương"),
    ("Được làm việc từ xa mấy ngày một tuần?", "tối đa hai ngày mỗi tuần"),
    ("Xe máy gửi ở đâu?", "Xe máy gửi ở tầng hầm B1"),
    ("Nghi thai san may thang?", "thai sản sáu tháng"),
    ("Hồ Lam Sơn cách thành phố bao xa?", "45 km về phía tây bắc"),
    ("Vé người lớn giá bao nhiêu?", "người lớn là 60.000 đồng"),
    ("Khu du lịch mở cửa lúc mấy giờ?", "mở cửa từ 6 giờ sáng"),
    ("Tại sao không được bơi ở phía đông đập?", "vì nước chảy xiết"),
    ("Ai dẫn đoàn đi bộ xuyên rừng?", "Đinh Văn Khoa"),
    ("Xe buýt nào đi đến hồ?", "Xe buýt số 27"),
]
#: The documents are silent on these, though they share words with some.
UNANSWERABLE = [
    "What is the capital of France?",
    "How do I bake sourdough bread?",
    "Who won the football match yesterday?",
    "What is the salary of a librarian?",
    "Which insurance covers earthquakes?",
    "Does the hotel have a swimming pool?",
    "Thời tiết ngày mai thế nào?",
    "Ai là tổng thống Mỹ?",
    "Cách nấu phở bò?",
    "Công thức bánh mì là gì?",
]
