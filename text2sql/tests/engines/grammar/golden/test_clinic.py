"""A clinic whose tables have Vietnamese names without accents."""

from text2sql.tests.engines.grammar.golden.asking import all_of
from text2sql.tests.engines.grammar.golden.places import CLINIC

EXPECTED = {
    "có bao nhiêu bệnh nhân": "SELECT COUNT(*) FROM benh_nhan",
    "co bao nhieu benh nhan": "SELECT COUNT(*) FROM benh_nhan",
    "liệt kê bác sĩ": "SELECT ho_ten FROM bac_si",
    "bệnh nhân ở Huế": "SELECT ho_ten FROM benh_nhan WHERE thanh_pho = 'Huế'",
    "bệnh nhân ở Hà Nội": "SELECT ho_ten FROM benh_nhan WHERE thanh_pho = 'Hà Nội'",
    "benh nhan o Ha Noi": "SELECT ho_ten FROM benh_nhan WHERE thanh_pho = 'Hà Nội'",
    "bệnh nhân trên 60 tuổi": "SELECT ho_ten FROM benh_nhan WHERE tuoi > 60",
    "bệnh nhân có tuổi lớn hơn 60": "SELECT ho_ten FROM benh_nhan WHERE tuoi > 60",
    "tuổi trung bình của bệnh nhân": "SELECT AVG(tuoi) FROM benh_nhan",
    "lương trung bình của bác sĩ": "SELECT AVG(luong) FROM bac_si",
    "lương cao nhất của bác sĩ": "SELECT MAX(luong) FROM bac_si",
    "bác sĩ có lương cao nhất": "SELECT ho_ten FROM bac_si ORDER BY luong DESC NULLS LAST, bac_si_id ASC LIMIT 1",
    "lương trung bình theo chuyên khoa": "SELECT chuyen_khoa, AVG(luong) FROM bac_si GROUP BY chuyen_khoa",
    "số bác sĩ theo chuyên khoa": "SELECT chuyen_khoa, COUNT(*) FROM bac_si GROUP BY chuyen_khoa",
    "số lượng bệnh nhân theo thành phố": "SELECT thanh_pho, COUNT(*) FROM benh_nhan GROUP BY thanh_pho",
    "số lịch khám theo tháng": (
        "SELECT CAST(DATE_TRUNC('month', ngay_kham) AS DATE), COUNT(*) "
        "FROM lich_kham "
        "GROUP BY CAST(DATE_TRUNC('month', ngay_kham) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', ngay_kham) AS DATE) ASC"
    ),
    "lịch khám theo năm": (
        "SELECT EXTRACT(YEAR FROM ngay_kham), COUNT(*) FROM lich_kham "
        "GROUP BY EXTRACT(YEAR FROM ngay_kham) ORDER BY EXTRACT(YEAR "
        "FROM ngay_kham) ASC"
    ),
    "tổng chi phí theo tháng": (
        "SELECT CAST(DATE_TRUNC('month', ngay_kham) AS DATE), SUM(chi_phi) "
        "FROM lich_kham "
        "GROUP BY CAST(DATE_TRUNC('month', ngay_kham) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', ngay_kham) AS DATE) ASC"
    ),
    "tổng chi phí": "SELECT SUM(chi_phi) FROM lich_kham",
    "chi phí trung bình": "SELECT AVG(chi_phi) FROM lich_kham",
    "họ tên và tuổi của bệnh nhân": "SELECT ho_ten, tuoi FROM benh_nhan",
    "bác sĩ chuyên khoa Nội": "SELECT ho_ten FROM bac_si WHERE chuyen_khoa = 'Nội'",
    "bác sĩ không có lịch khám": (
        "SELECT ho_ten FROM bac_si WHERE NOT bac_si_id IN (SELECT bac_si_id FROM lich_kham WHERE NOT bac_si_id IS NULL)"
    ),
    "bệnh nhân chưa có lịch khám": (
        "SELECT ho_ten FROM benh_nhan "
        "WHERE NOT benh_nhan_id IN (SELECT benh_nhan_id "
        "FROM lich_kham WHERE NOT benh_nhan_id IS NULL)"
    ),
    "bác sĩ có nhiều lịch khám nhất": (
        "SELECT t1.ho_ten FROM bac_si AS t1 "
        "JOIN lich_kham AS t2 ON t2.bac_si_id = t1.bac_si_id "
        "GROUP BY t1.bac_si_id, t1.ho_ten "
        "ORDER BY COUNT(*) DESC, t1.bac_si_id ASC LIMIT 1"
    ),
    "lịch khám trong năm 2024": (
        "SELECT lich_kham_id FROM lich_kham WHERE ngay_kham >= '2024-01-01' AND ngay_kham < '2025-01-01'"
    ),
    "sắp xếp bệnh nhân theo tuổi": "SELECT ho_ten FROM benh_nhan ORDER BY tuoi ASC, benh_nhan_id ASC",
    "5 bác sĩ có lương cao nhất": ("SELECT ho_ten FROM bac_si ORDER BY luong DESC NULLS LAST, bac_si_id ASC LIMIT 5"),
    "bệnh nhân có tuổi từ 20 đến 30": "SELECT ho_ten FROM benh_nhan WHERE tuoi BETWEEN 20 AND 30",
    "có bao nhiêu bác sĩ ngoại": "SELECT COUNT(*) FROM bac_si WHERE chuyen_khoa = 'Ngoại'",
    "thành phố của bệnh nhân": "SELECT thanh_pho FROM benh_nhan",
    "How many bac si are there?": "SELECT COUNT(*) FROM bac_si",
}


def test_a_clinic_answers_in_vietnamese() -> None:
    assert all_of(CLINIC, EXPECTED) == EXPECTED
