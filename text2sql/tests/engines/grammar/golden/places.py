"""Invented databases: a shop, a library, a hospital, a railway, a school and a Vietnamese clinic."""

from text2sql.tests.engines.grammar.catalogs import catalog, table

SHOP = catalog(
    table(
        "customers",
        "customer_id int",
        "name text = Mai Tran|Otto Berg|Lea Martin",
        "email text",
        "city text = Hà Nội|Đà Nẵng|Lyon|Berlin",
        "country text = Vietnam|France|Germany",
        "joined_on date",
        key=["customer_id"],
    ),
    table("categories", "category_id int", "name text = Garden|Toys|Books", key=["category_id"]),
    table(
        "products",
        "product_id int",
        "name text = Kite|Rake|Atlas",
        "category_id int",
        "price num",
        "stock int",
        "color text = red|blue|green",
        key=["product_id"],
        to={"category_id": ("categories", "category_id")},
    ),
    table(
        "orders",
        "order_id int",
        "customer_id int",
        "ordered_on date",
        "status text = delivered|cancelled|processing",
        "shipped_on date",
        key=["order_id"],
        to={"customer_id": ("customers", "customer_id")},
    ),
    table(
        "order_items",
        "item_id int",
        "order_id int",
        "product_id int",
        "quantity int",
        "amount num",
        key=["item_id"],
        to={"order_id": ("orders", "order_id"), "product_id": ("products", "product_id")},
    ),
    table(
        "reviews",
        "review_id int",
        "product_id int",
        "customer_id int",
        "rating int",
        "reviewed_on date",
        key=["review_id"],
        to={"product_id": ("products", "product_id"), "customer_id": ("customers", "customer_id")},
    ),
)

LIBRARY = catalog(
    table(
        "authors",
        "author_id int",
        "name text = Ada Byron|Karel Novak",
        "nationality text = Czech|English",
        "birth_year int",
        key=["author_id"],
    ),
    table(
        "books",
        "book_id int",
        "title text = The Mill|North Wind",
        "author_id int",
        "genre text = novel|poetry|history",
        "pages int",
        "published_year int",
        key=["book_id"],
        to={"author_id": ("authors", "author_id")},
    ),
    table("members", "member_id int", "name text = Zoe Hill|Ben Cole", "city text = Oslo|Bergen", key=["member_id"]),
    table(
        "loans",
        "loan_id int",
        "book_id int",
        "member_id int",
        "loaned_at moment",
        "returned_at moment",
        key=["loan_id"],
        to={"book_id": ("books", "book_id"), "member_id": ("members", "member_id")},
    ),
)

HOSPITAL = catalog(
    table("wards", "ward_id int", "name text = Surgery|Maternity", "beds int", "floor int", key=["ward_id"]),
    table(
        "doctors",
        "doctor_id int",
        "name text = Ann Reed|Ivo Klein",
        "specialty text = surgeon|cardiologist",
        "salary num",
        "hired_on date",
        "ward_id int",
        key=["doctor_id"],
        to={"ward_id": ("wards", "ward_id")},
    ),
    table(
        "patients",
        "patient_id int",
        "first_name text = Eva|Tom",
        "last_name text = Sand|Moss",
        "sex text = F|M",
        "age int",
        "weight num",
        key=["patient_id"],
    ),
    table(
        "visits",
        "visit_id int",
        "patient_id int",
        "doctor_id int",
        "visited_on date",
        "diagnosis text = flu|asthma",
        "cost num",
        key=["visit_id"],
        to={"patient_id": ("patients", "patient_id"), "doctor_id": ("doctors", "doctor_id")},
    ),
)

RAILWAY = catalog(
    table("stations", "station_id int", "name text = Northgate|Harbour", "city text = Porto|Braga", "platforms int",
          key=["station_id"]),
    table("trains", "train_id int", "name text = Comet|Swift", "top_speed int", "built_in int", "seats int",
          key=["train_id"]),
    table(
        "departures",
        "departure_id int",
        "train_id int",
        "station_id int",
        "departed_at moment",
        "delay int",
        "passengers int",
        key=["departure_id"],
        to={"train_id": ("trains", "train_id"), "station_id": ("stations", "station_id")},
    ),
)  # fmt: skip

SCHOOL = catalog(
    table("teachers", "teacher_id int", "name text = Mr Wood|Ms Lake", "subject text = maths|music", "age int",
          key=["teacher_id"]),
    table("classes", "class_id int", "name text = 5A|5B", "room int", "teacher_id int", key=["class_id"],
          to={"teacher_id": ("teachers", "teacher_id")}),
    table("students", "student_id int", "name text = Kim|Noa", "age int", "hometown text = Bath|Leeds", "class_id int",
          key=["student_id"], to={"class_id": ("classes", "class_id")}),
    table("exams", "exam_id int", "student_id int", "course text = maths|music", "score num", "taken_on date",
          key=["exam_id"], to={"student_id": ("students", "student_id")}),
)  # fmt: skip

#: Names without accents, as they stand in many Vietnamese databases.
CLINIC = catalog(
    table("bac_si", "bac_si_id int", "ho_ten text = Trần Văn An|Lê Thị Bình", "chuyen_khoa text = Nội|Ngoại",
          "luong num", key=["bac_si_id"]),
    table("benh_nhan", "benh_nhan_id int", "ho_ten text = Phạm Hoa|Đỗ Minh", "tuoi int", "thanh_pho text = Huế|Hà Nội",
          key=["benh_nhan_id"]),
    table("lich_kham", "lich_kham_id int", "bac_si_id int", "benh_nhan_id int", "ngay_kham date", "chi_phi num",
          key=["lich_kham_id"],
          to={"bac_si_id": ("bac_si", "bac_si_id"), "benh_nhan_id": ("benh_nhan", "benh_nhan_id")}),
)  # fmt: skip
