"""Vietnamese names with spaces and accents, a reserved word."""

CONTENT = """
CREATE TABLE "Phòng ban" (
    "Mã" integer PRIMARY KEY,
    "Tên phòng" text,
    "order" integer
);
INSERT INTO "Phòng ban" VALUES
    (1, 'Kế toán', 2),
    (2, 'Nhân sự', 1),
    (3, 'Kỹ thuật', 3);
CREATE TABLE "Nhân viên" (
    "Mã" integer PRIMARY KEY,
    "Họ tên" text,
    "Lương" integer,
    "Giới tính" text,
    "Ngày vào làm" date,
    "Mã phòng" integer REFERENCES "Phòng ban"("Mã")
);
INSERT INTO "Nhân viên" VALUES
    (1, 'Nguyễn An', 900, 'nam', '2019-05-01', 1),
    (2, 'Trần Bình', 1200, 'nữ', '2021-02-03', 1),
    (3, 'Lê Chi', 700, 'nữ', '2020-07-09', 2);
"""

QUESTIONS = {
    "Có bao nhiêu nhân viên?": 'SELECT COUNT(*) FROM "Nhân viên"',
    "Liệt kê họ tên của tất cả nhân viên": 'SELECT "Họ tên" FROM "Nhân viên"',
    "Lương trung bình của nhân viên là bao nhiêu?": 'SELECT AVG("Lương") FROM "Nhân viên"',
    "Nhân viên nào có lương cao nhất?": (
        'SELECT "Họ tên" FROM "Nhân viên" ORDER BY "Lương" DESC NULLS LAST, "Mã" ASC LIMIT 1'
    ),
    "Nhân viên có lương lớn hơn 800": 'SELECT "Họ tên" FROM "Nhân viên" WHERE "Lương" > 800',
    "Có bao nhiêu nhân viên trong mỗi phòng ban?": (
        'SELECT t2."Tên phòng", COUNT(*) FROM "Nhân viên" AS t1 JOIN "Phòng ban" AS t2 ON t1."Mã phòng" = '
        't2."Mã" GROUP BY t2."Mã", t2."Tên phòng"'
    ),
    "Phòng ban nào không có nhân viên?": (
        'SELECT "Tên phòng" FROM "Phòng ban" WHERE NOT "Mã" IN (SELECT "Mã phòng" FROM "Nhân viên" WHERE '
        'NOT "Mã phòng" IS NULL)'
    ),
    "Họ tên của các nhân viên thuộc phòng Kế toán": (
        'SELECT t1."Họ tên" FROM "Nhân viên" AS t1 JOIN "Phòng ban" AS t2 ON t1."Mã phòng" = t2."Mã" '
        "WHERE t2.\"Tên phòng\" = 'Kế toán'"
    ),
    "Liệt kê nhân viên sắp xếp theo lương giảm dần": (
        'SELECT "Họ tên" FROM "Nhân viên" ORDER BY "Lương" DESC NULLS LAST, "Mã" ASC'
    ),
    "Có bao nhiêu nhân viên nữ?": 'SELECT COUNT(*) FROM "Nhân viên" WHERE "Giới tính" = \'nữ\'',
    "Nhân viên nào vào làm sau năm 2020?": 'SELECT "Họ tên" FROM "Nhân viên" WHERE "Ngày vào làm" >= \'2021-01-01\'',
    "co bao nhieu nhan vien co luong tren 800": 'SELECT COUNT(*) FROM "Nhân viên" WHERE "Lương" > 800',
    "Tên phòng nào có nhiều nhân viên nhất?": (
        'SELECT t1."Tên phòng" FROM "Phòng ban" AS t1 JOIN "Nhân viên" AS t2 ON t2."Mã phòng" = t1."Mã" '
        'GROUP BY t1."Mã", t1."Tên phòng" ORDER BY COUNT(*) DESC, t1."Mã" ASC LIMIT 1'
    ),
    "Tổng lương theo từng phòng ban": (
        'SELECT t2."Tên phòng", SUM(t1."Lương") FROM "Nhân viên" AS t1 JOIN "Phòng ban" AS t2 ON t1."Mã '
        'phòng" = t2."Mã" GROUP BY t2."Mã", t2."Tên phòng"'
    ),
}
