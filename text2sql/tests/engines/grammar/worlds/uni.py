"""Run-together and camel-case names, two tables of links."""

CONTENT = """
CREATE TABLE Student (
    StuID integer PRIMARY KEY,
    LName text,
    Fname text,
    Age integer,
    Sex text,
    Major integer,
    city_code text
);
INSERT INTO Student VALUES
    (1, 'Smith', 'Linda', 18, 'F', 600, 'BAL'),
    (2, 'Kim', 'Tracy', 19, 'F', 600, 'HKG'),
    (3, 'Jones', 'Shiela', 21, 'F', 600, 'WAS'),
    (4, 'Kumar', 'Dinesh', 20, 'M', 600, 'CHI');
CREATE TABLE Faculty (
    FacID integer PRIMARY KEY,
    Lname text,
    Fname text,
    Rank text,
    Sex text,
    Building text
);
INSERT INTO Faculty VALUES
    (1, 'Giu', 'Mark', 'Instructor', 'M', 'NEB'),
    (2, 'Roy', 'Clive', 'Professor', 'M', 'NEB');
CREATE TABLE Activity (
    actid integer PRIMARY KEY,
    activity_name text
);
INSERT INTO Activity VALUES
    (1, 'Canoeing'),
    (2, 'Chess'),
    (3, 'Soccer');
CREATE TABLE Participates_in (
    stuid integer REFERENCES Student(StuID),
    actid integer REFERENCES Activity(actid)
);
INSERT INTO Participates_in VALUES
    (1, 1),
    (1, 2),
    (2, 2),
    (3, 1);
CREATE TABLE Faculty_Participates_in (
    FacID integer REFERENCES Faculty(FacID),
    actid integer REFERENCES Activity(actid)
);
INSERT INTO Faculty_Participates_in VALUES
    (1, 1),
    (2, 3);
"""

QUESTIONS = {
    "What are the first names of students who participate in Chess?": (
        "SELECT t1.fname FROM student AS t1 JOIN participates_in AS t2 ON t2.stuid = t1.stuid JOIN "
        "activity AS t3 ON t2.actid = t3.actid WHERE t3.activity_name = 'Chess'"
    ),
    "How many pupils are older than 18?": "SELECT COUNT(*) FROM student WHERE age > 18",
    "Find the first name and age of students who do both Canoeing and Chess.": (
        "SELECT t1.fname, t1.age FROM student AS t1 JOIN participates_in AS t2 ON t2.stuid = t1.stuid "
        "JOIN activity AS t3 ON t2.actid = t3.actid WHERE t3.activity_name = 'Canoeing' INTERSECT SELECT "
        "t1.fname, t1.age FROM student AS t1 JOIN participates_in AS t2 ON t2.stuid = t1.stuid JOIN "
        "activity AS t3 ON t2.actid = t3.actid WHERE t3.activity_name = 'Chess'"
    ),
    "Find the last names of students who do not participate in any activity.": (
        "SELECT lname FROM student WHERE NOT stuid IN (SELECT t1.stuid FROM participates_in AS t1 JOIN "
        "activity AS t2 ON t1.actid = t2.actid WHERE NOT t1.stuid IS NULL)"
    ),
    "How many faculty members participate in each activity?": (
        "SELECT t3.activity_name, COUNT(*) FROM faculty AS t1 JOIN faculty_participates_in AS t2 ON "
        "t2.facid = t1.facid JOIN activity AS t3 ON t2.actid = t3.actid GROUP BY t3.actid, "
        "t3.activity_name"
    ),
    "Which activity has the most students?": (
        "SELECT t1.activity_name FROM activity AS t1 JOIN participates_in AS t2 ON t2.actid = t1.actid "
        "JOIN student AS t3 ON t2.stuid = t3.stuid GROUP BY t1.actid, t1.activity_name ORDER BY COUNT(*) "
        "DESC, t1.actid ASC LIMIT 1"
    ),
    "What is the average age of female students?": "SELECT AVG(age) FROM student WHERE sex = 'F'",
    "List the first name of professors in building NEB.": "SELECT fname FROM faculty WHERE building = 'NEB'",
    "Find the number of faculty members for each rank.": 'SELECT "rank", COUNT(*) FROM faculty GROUP BY "rank"',
    "Show ids of students who play Soccer or Canoeing.": (
        "SELECT t1.stuid FROM student AS t1 JOIN participates_in AS t2 ON t2.stuid = t1.stuid JOIN "
        "activity AS t3 ON t2.actid = t3.actid WHERE t3.activity_name = 'Soccer' OR t3.activity_name = "
        "'Canoeing'"
    ),
    "What are the ids of students who do Canoeing but not Chess?": (
        "SELECT t1.stuid FROM student AS t1 JOIN participates_in AS t2 ON t2.stuid = t1.stuid JOIN "
        "activity AS t3 ON t2.actid = t3.actid WHERE t3.activity_name = 'Canoeing' AND NOT t1.stuid IN "
        "(SELECT t1.stuid FROM participates_in AS t1 JOIN activity AS t2 ON t1.actid = t2.actid WHERE "
        "t2.activity_name = 'Chess')"
    ),
    "How many activities does Linda Smith take part in?": (
        "SELECT COUNT(*) FROM activity AS t1 JOIN participates_in AS t2 ON t2.actid = t1.actid JOIN "
        "student AS t3 ON t2.stuid = t3.stuid WHERE t3.fname = 'Linda' AND t3.lname = 'Smith'"
    ),
    "Find the name of the activity with the largest number of faculty participating.": (
        "SELECT t1.activity_name FROM activity AS t1 JOIN faculty_participates_in AS t2 ON t2.actid = "
        "t1.actid JOIN faculty AS t3 ON t2.facid = t3.facid GROUP BY t1.actid, t1.activity_name ORDER BY "
        "COUNT(*) DESC, t1.actid ASC LIMIT 1"
    ),
    "Who is the oldest student?": ("SELECT fname, lname FROM student ORDER BY age DESC NULLS LAST, stuid ASC LIMIT 1"),
    "Show the city codes that have at least 1 student.": (
        "SELECT city_code FROM student GROUP BY city_code HAVING COUNT(*) >= 1"
    ),
    "What is the sex and first name of the youngest student?": (
        "SELECT sex, fname FROM student ORDER BY age ASC, stuid ASC LIMIT 1"
    ),
}
