"""A hospital: first and last names, codes of sexes, adjectives of people."""

from text2sql.tests.engines.grammar.golden.asking import all_of
from text2sql.tests.engines.grammar.golden.places import HOSPITAL

EXPECTED = {
    "How many patients are there?": "SELECT COUNT(*) FROM patients",
    "female patients": "SELECT first_name, last_name FROM patients WHERE sex = 'F'",
    "How many male patients are there?": "SELECT COUNT(*) FROM patients WHERE sex = 'M'",
    "patients older than 60": "SELECT first_name, last_name FROM patients WHERE age > 60",
    "patients older than 60 and younger than 70": (
        "SELECT first_name, last_name FROM patients WHERE age > 60 AND age < 70"
    ),
    "patients aged 30": "SELECT first_name, last_name FROM patients WHERE age = 30",
    "the oldest patient": (
        "SELECT first_name, last_name FROM patients ORDER BY age DESC NULLS LAST, patient_id ASC LIMIT 1"
    ),
    "average age of patients": "SELECT AVG(age) FROM patients",
    "average weight of female patients": "SELECT AVG(weight) FROM patients WHERE sex = 'F'",
    "average age by sex": "SELECT sex, AVG(age) FROM patients GROUP BY sex",
    "patients heavier than 90": "SELECT first_name, last_name FROM patients WHERE weight > 90",
    "first and last names of patients": "SELECT first_name, last_name FROM patients",
    "patients whose last name is Moss": "SELECT first_name, last_name FROM patients WHERE last_name = 'Moss'",
    "doctors who earn more than 5000": "SELECT name FROM doctors WHERE salary > 5000",
    "doctors hired after 2015": "SELECT name FROM doctors WHERE hired_on >= '2016-01-01'",
    "doctors hired per year": (
        "SELECT EXTRACT(YEAR FROM hired_on), COUNT(*) FROM doctors "
        "GROUP BY EXTRACT(YEAR FROM hired_on) ORDER BY EXTRACT(YEAR "
        "FROM hired_on) ASC"
    ),
    "best paid doctor": "SELECT name FROM doctors ORDER BY salary DESC NULLS LAST, doctor_id ASC LIMIT 1",
    "the highest salary of doctors": "SELECT MAX(salary) FROM doctors",
    "average salary by specialty": "SELECT specialty, AVG(salary) FROM doctors GROUP BY specialty",
    "average salary of surgeons": "SELECT AVG(salary) FROM doctors WHERE specialty = 'surgeon'",
    "cardiologists": "SELECT name FROM doctors WHERE specialty = 'cardiologist'",
    "How many doctors work in Surgery?": (
        "SELECT COUNT(*) FROM doctors AS t1 JOIN wards AS t2 ON t1.ward_id = t2.ward_id WHERE t2.name = 'Surgery'"
    ),
    "doctors of the Maternity ward": (
        "SELECT t1.name FROM doctors AS t1 JOIN wards AS t2 ON t1.ward_id = t2.ward_id WHERE t2.name = 'Maternity'"
    ),
    "number of doctors in each ward": (
        "SELECT t2.name, COUNT(*) FROM doctors AS t1 "
        "JOIN wards AS t2 ON t1.ward_id = t2.ward_id "
        "GROUP BY t2.ward_id, t2.name"
    ),
    "wards with more than 20 beds": "SELECT name FROM wards WHERE beds > 20",
    "wards without doctors": (
        "SELECT name FROM wards WHERE NOT ward_id IN (SELECT ward_id FROM doctors WHERE NOT ward_id IS NULL)"
    ),
    "ward with the most beds": "SELECT name FROM wards ORDER BY beds DESC NULLS LAST, ward_id ASC LIMIT 1",
    "wards on floor 3": "SELECT name FROM wards WHERE floor = 3",
    "total beds": "SELECT SUM(beds) FROM wards",
    "total number of beds": "SELECT SUM(beds) FROM wards",
    "total cost of visits": "SELECT SUM(cost) FROM visits",
    "total cost by diagnosis": "SELECT diagnosis, SUM(cost) FROM visits GROUP BY diagnosis",
    "cost of visits by month": (
        "SELECT CAST(DATE_TRUNC('month', visited_on) AS DATE), SUM(cost) "
        "FROM visits "
        "GROUP BY CAST(DATE_TRUNC('month', visited_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', visited_on) AS DATE) ASC"
    ),
    "visits per month": (
        "SELECT CAST(DATE_TRUNC('month', visited_on) AS DATE), COUNT(*) "
        "FROM visits "
        "GROUP BY CAST(DATE_TRUNC('month', visited_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', visited_on) AS DATE) ASC"
    ),
    "visits in 2024": "SELECT visit_id FROM visits WHERE visited_on >= '2024-01-01' AND visited_on < '2025-01-01'",
    "visits by diagnosis": "SELECT diagnosis, COUNT(*) FROM visits GROUP BY diagnosis",
    "doctors who have no visits": (
        "SELECT name FROM doctors WHERE NOT doctor_id IN (SELECT doctor_id FROM visits WHERE NOT doctor_id IS NULL)"
    ),
    "patients without visits": (
        "SELECT first_name, last_name FROM patients "
        "WHERE NOT patient_id IN (SELECT patient_id FROM visits "
        "WHERE NOT patient_id IS NULL)"
    ),
    "doctor with the most visits": (
        "SELECT t1.name FROM doctors AS t1 "
        "JOIN visits AS t2 ON t2.doctor_id = t1.doctor_id "
        "GROUP BY t1.doctor_id, t1.name "
        "ORDER BY COUNT(*) DESC, t1.doctor_id ASC LIMIT 1"
    ),
    "most common diagnosis": (
        "SELECT diagnosis FROM visits GROUP BY diagnosis ORDER BY COUNT(*) DESC, diagnosis ASC LIMIT 1"
    ),
    "visits that cost more than 100": "SELECT visit_id FROM visits WHERE cost > 100",
    "the most expensive visit": "SELECT visit_id FROM visits ORDER BY cost DESC NULLS LAST, visit_id ASC LIMIT 1",
    "patients sorted by age": "SELECT first_name, last_name FROM patients ORDER BY age ASC, patient_id ASC",
    "patients sorted by age from oldest to youngest": (
        "SELECT first_name, last_name FROM patients ORDER BY age DESC NULLS LAST, patient_id ASC"
    ),
}


def test_a_hospital_tells_of_its_patients() -> None:
    assert all_of(HOSPITAL, EXPECTED) == EXPECTED
