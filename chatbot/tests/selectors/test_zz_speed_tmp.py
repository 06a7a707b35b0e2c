import random, time, subprocess, re
import pytest
from django.db import connection
from chatbot.models import *
from chatbot.selectors import sources
pytestmark = pytest.mark.django_db
def test_speed(upload, conversation):
    file = upload(conversation=conversation)
    rng = random.Random(1)
    vocabulary = ["the","a","of","is","to"] * 40 + [f"w{n}" for n in range(5000)]
    rows = [Passage(file=file, position=n, content=" ".join(rng.choices(vocabulary, k=150)), embedding=[rng.gauss(0,1) for _ in range(384)]) for n in range(5000)]
    Passage.objects.bulk_create(rows, batch_size=500)
    UploadedFile.objects.update(status="ready")
    new = sources._SEARCH
    new2 = new.replace("SELECT pool.id, word FROM pool JOIN asked ON search @@ word", "SELECT id, word FROM (SELECT id, strip(search) AS lexemes FROM pool OFFSET 0) AS words JOIN asked ON lexemes @@ word")
    assert new2 != new
    v = "[" + ",".join("0.05" for _ in range(384)) + "]"
    q = "What is the w77 of a w88 to the w99 and how is it done by w55 in the house of w44?"
    p = {"question": q, "vector": v, "candidates": 30, "offset": 60, "most": 6, "files": [file.pk]}
    for name, sql in (("new", new), ("new2", new2)) * 3:
        with connection.cursor() as c:
            t=time.perf_counter(); c.execute(sql.format(where=sources._OF_FILES), p); c.fetchall(); print("SPEED", name, time.perf_counter()-t)
