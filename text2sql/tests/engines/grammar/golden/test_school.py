"""A school: scores, classes, exams."""

from text2sql.tests.engines.grammar.golden.asking import all_of
from text2sql.tests.engines.grammar.golden.places import SCHOOL

EXPECTED = {
    "How many students are there?": "SELECT COUNT(*) FROM students",
    "students from Leeds": "SELECT name FROM students WHERE hometown = 'Leeds'",
    "students from Bath or Leeds": "SELECT name FROM students WHERE hometown = 'Bath' OR hometown = 'Leeds'",
    "students older than 12": "SELECT name FROM students WHERE age > 12",
    "the youngest student": "SELECT name FROM students ORDER BY age ASC, student_id ASC LIMIT 1",
    "average age of students": "SELECT AVG(age) FROM students",
    "average age by hometown": "SELECT hometown, AVG(age) FROM students GROUP BY hometown",
    "students per class": (
        "SELECT t2.name, COUNT(*) FROM students AS t1 "
        "JOIN classes AS t2 ON t1.class_id = t2.class_id "
        "GROUP BY t2.class_id, t2.name"
    ),
    "number of students in each class": (
        "SELECT t2.name, COUNT(*) FROM students AS t1 "
        "JOIN classes AS t2 ON t1.class_id = t2.class_id "
        "GROUP BY t2.class_id, t2.name"
    ),
    "classes with more than 20 students": (
        "SELECT t1.name FROM classes AS t1 "
        "JOIN students AS t2 ON t2.class_id = t1.class_id "
        "GROUP BY t1.class_id, t1.name HAVING COUNT(*) > 20"
    ),
    "classes without students": (
        "SELECT name FROM classes WHERE NOT class_id IN (SELECT class_id FROM students WHERE NOT class_id IS NULL)"
    ),
    "teachers of music": "SELECT name FROM teachers WHERE subject = 'music'",
    "teachers older than 50": "SELECT name FROM teachers WHERE age > 50",
    "teachers without classes": (
        "SELECT name FROM teachers "
        "WHERE NOT teacher_id IN (SELECT teacher_id FROM classes "
        "WHERE NOT teacher_id IS NULL)"
    ),
    "the oldest teacher": "SELECT name FROM teachers ORDER BY age DESC NULLS LAST, teacher_id ASC LIMIT 1",
    "average score by course": "SELECT course, AVG(score) FROM exams GROUP BY course",
    "highest score in maths": "SELECT MAX(score) FROM exams WHERE course = 'maths'",
    "exams with a score above 90": "SELECT exam_id FROM exams WHERE score > 90",
    "exams per month": (
        "SELECT CAST(DATE_TRUNC('month', taken_on) AS DATE), COUNT(*) "
        "FROM exams "
        "GROUP BY CAST(DATE_TRUNC('month', taken_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', taken_on) AS DATE) ASC"
    ),
    "exams taken in 2024": "SELECT exam_id FROM exams WHERE taken_on >= '2024-01-01' AND taken_on < '2025-01-01'",
    "average score of Kim": (
        "SELECT AVG(t1.score) FROM exams AS t1 "
        "JOIN students AS t2 ON t1.student_id = t2.student_id "
        "WHERE t2.name = 'Kim'"
    ),
    "student with the highest average score": (
        "SELECT t1.name FROM students AS t1 "
        "JOIN exams AS t2 ON t2.student_id = t1.student_id "
        "GROUP BY t1.student_id, t1.name "
        "ORDER BY AVG(t2.score) DESC NULLS LAST, t1.student_id ASC LIMIT 1"
    ),
    "students who have never taken an exam": (
        "SELECT name FROM students WHERE NOT student_id IN (SELECT student_id FROM exams WHERE NOT student_id IS NULL)"
    ),
    "students in class 5A": (
        "SELECT t1.name FROM students AS t1 JOIN classes AS t2 ON t1.class_id = t2.class_id WHERE t2.name = '5A'"
    ),
    "the teacher of class 5B": (
        "SELECT t1.name FROM teachers AS t1 JOIN classes AS t2 ON t2.teacher_id = t1.teacher_id WHERE t2.name = '5B'"
    ),
    "rooms of all classes": "SELECT room FROM classes",
    "hometowns of students": "SELECT hometown FROM students",
    "different hometowns of students": "SELECT DISTINCT hometown FROM students",
    "How many different hometowns are there?": "SELECT COUNT(DISTINCT hometown) FROM students",
    "students sorted by age descending": "SELECT name FROM students ORDER BY age DESC NULLS LAST, student_id ASC",
    "students whose name starts with N": "SELECT name FROM students WHERE name ILIKE 'N%'",
    "names and ages of students": "SELECT name, age FROM students",
    "number of exams per student": (
        "SELECT t2.name, COUNT(*) FROM exams AS t1 "
        "JOIN students AS t2 ON t1.student_id = t2.student_id "
        "GROUP BY t2.student_id, t2.name"
    ),
    "students with at least 2 exams": (
        "SELECT t1.name FROM students AS t1 "
        "JOIN exams AS t2 ON t2.student_id = t1.student_id "
        "GROUP BY t1.student_id, t1.name HAVING COUNT(*) >= 2"
    ),
    "worst score": "SELECT MIN(score) FROM exams",
    "minimum and maximum score": "SELECT MIN(score), MAX(score) FROM exams",
    "average score per month": (
        "SELECT CAST(DATE_TRUNC('month', taken_on) AS DATE), AVG(score) "
        "FROM exams "
        "GROUP BY CAST(DATE_TRUNC('month', taken_on) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', taken_on) AS DATE) ASC"
    ),
    "teachers sorted by name": "SELECT name FROM teachers ORDER BY name ASC, teacher_id ASC",
}


def test_a_school_tells_of_its_pupils() -> None:
    assert all_of(SCHOOL, EXPECTED) == EXPECTED
