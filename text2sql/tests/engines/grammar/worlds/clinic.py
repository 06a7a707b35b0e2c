"""A clinic: people in two roles, moments, procedures."""

CONTENT = """
CREATE TABLE physician (
    employee_id integer PRIMARY KEY,
    name text,
    position text,
    salary double precision
);
INSERT INTO physician VALUES
    (1, 'John Dorn', 'Intern', 3000),
    (2, 'Ella Reid', 'Senior', 7000),
    (3, 'Chris Turk', 'Surgeon', 9000);
CREATE TABLE patient (
    ssn integer PRIMARY KEY,
    name text,
    address text,
    phone text,
    insurance_id integer,
    doctor_id integer REFERENCES physician(employee_id)
);
INSERT INTO patient VALUES
    (100, 'Mark Elm', '3 Oak St', '555-1', 68, 1),
    (101, 'Rita Day', '4 Elm St', '555-2', 36, 2),
    (102, 'Sam Orr', '9 Fir St', '555-3', 65, 2);
CREATE TABLE procedures (
    code integer PRIMARY KEY,
    name text,
    cost double precision
);
INSERT INTO procedures VALUES
    (1, 'X-ray', 120),
    (2, 'Root canal', 900),
    (3, 'Scan', 500);
CREATE TABLE appointment (
    appointment_id integer PRIMARY KEY,
    patient_id integer REFERENCES patient(ssn),
    physician_id integer REFERENCES physician(employee_id),
    start_time timestamp,
    room text
);
INSERT INTO appointment VALUES
    (1, 100, 1, '2022-04-01 10:00:00', 'A'),
    (2, 101, 2, '2022-04-02 11:00:00', 'B'),
    (3, 100, 3, '2023-05-05 09:30:00', 'A');
CREATE TABLE undergoes (
    patient_id integer REFERENCES patient(ssn),
    procedure_id integer REFERENCES procedures(code),
    physician_id integer REFERENCES physician(employee_id),
    day date
);
INSERT INTO undergoes VALUES
    (100, 2, 3, '2022-05-02'),
    (101, 1, 3, '2022-06-03'),
    (100, 3, 3, '2023-01-09');
"""

QUESTIONS = {
    "How many patients are there?": "SELECT COUNT(*) FROM patient",
    "What is the phone number of Mark Elm?": "SELECT phone FROM patient WHERE name = 'Mark Elm'",
    "Which physician treats the most patients?": (
        "SELECT t1.name FROM physician AS t1 JOIN patient AS t2 ON t2.doctor_id = t1.employee_id GROUP BY "
        "t1.employee_id, t1.name ORDER BY COUNT(*) DESC, t1.employee_id ASC LIMIT 1"
    ),
    "List the names of physicians who are surgeons.": "SELECT name FROM physician WHERE \"position\" = 'Surgeon'",
    "What is the average salary of physicians?": "SELECT AVG(salary) FROM physician",
    "Which patients have no appointment?": (
        "SELECT name FROM patient WHERE NOT ssn IN (SELECT patient_id FROM appointment WHERE NOT patient_id IS NULL)"
    ),
    "How many appointments did John Dorn have?": (
        "SELECT COUNT(*) FROM appointment AS t1 JOIN physician AS t2 ON t1.physician_id = t2.employee_id "
        "WHERE t2.name = 'John Dorn'"
    ),
    "What are the names of patients who underwent Root canal?": (
        "SELECT t1.name FROM patient AS t1 JOIN undergoes AS t2 ON t2.patient_id = t1.ssn JOIN procedures "
        "AS t3 ON t2.procedure_id = t3.code WHERE t3.name = 'Root canal'"
    ),
    "Show the procedures that cost more than 200.": "SELECT name FROM procedures WHERE cost > 200",
    "What is the most expensive procedure?": (
        "SELECT name FROM procedures ORDER BY cost DESC NULLS LAST, code ASC LIMIT 1"
    ),
    "How many appointments were in 2022?": (
        "SELECT COUNT(*) FROM appointment WHERE start_time >= '2022-01-01' AND start_time < '2023-01-01'"
    ),
    "List the names of patients who have an appointment with Chris Turk.": (
        "SELECT t1.name FROM patient AS t1 JOIN appointment AS t2 ON t2.patient_id = t1.ssn JOIN "
        "physician AS t3 ON t2.physician_id = t3.employee_id WHERE t3.name = 'Chris Turk'"
    ),
    "Which physicians have never had an appointment?": (
        "SELECT name FROM physician WHERE NOT employee_id IN (SELECT physician_id FROM appointment WHERE "
        "NOT physician_id IS NULL)"
    ),
    "Show each physician and the number of patients.": (
        "SELECT t2.name, COUNT(*) FROM patient AS t1 JOIN physician AS t2 ON t1.doctor_id = "
        "t2.employee_id GROUP BY t2.employee_id, t2.name"
    ),
    "What is the cost of X-ray?": "SELECT cost FROM procedures WHERE name = 'X-ray'",
    "Which room has the most appointments?": (
        "SELECT room FROM appointment GROUP BY room ORDER BY COUNT(*) DESC, room ASC LIMIT 1"
    ),
    "List the patients sorted by name.": "SELECT name FROM patient ORDER BY name ASC, ssn ASC",
    "Find the name and address of the patient with insurance id 36.": (
        "SELECT name, address FROM patient WHERE insurance_id = 36"
    ),
    "How many procedures cost between 100 and 600?": ("SELECT COUNT(*) FROM procedures WHERE cost BETWEEN 100 AND 600"),
    "Show the names and positions of all physicians.": 'SELECT name, "position" FROM physician',
    "What is the position of Ella Reid?": "SELECT \"position\" FROM physician WHERE name = 'Ella Reid'",
    "Which doctors earn less than 5000?": "SELECT name FROM physician WHERE salary < 5000",
    "Show the total cost of procedures undergone by Mark Elm.": (
        "SELECT SUM(t1.cost) FROM procedures AS t1 JOIN undergoes AS t2 ON t2.procedure_id = t1.code JOIN "
        "patient AS t3 ON t2.patient_id = t3.ssn WHERE t3.name = 'Mark Elm'"
    ),
    "When was the first appointment?": (
        "SELECT start_time FROM appointment ORDER BY start_time ASC, appointment_id ASC LIMIT 1"
    ),
    "Which patients had both Root canal and Scan?": (
        "SELECT t1.name FROM patient AS t1 JOIN undergoes AS t2 ON t2.patient_id = t1.ssn JOIN procedures "
        "AS t3 ON t2.procedure_id = t3.code WHERE t3.name = 'Root canal' INTERSECT SELECT t1.name FROM "
        "patient AS t1 JOIN undergoes AS t2 ON t2.patient_id = t1.ssn JOIN procedures AS t3 ON "
        "t2.procedure_id = t3.code WHERE t3.name = 'Scan'"
    ),
    "List names of patients treated by Ella Reid": (
        "SELECT t1.name FROM patient AS t1 JOIN physician AS t2 ON t1.doctor_id = t2.employee_id WHERE "
        "t2.name = 'Ella Reid'"
    ),
    "How many different rooms are used for appointments?": "SELECT COUNT(DISTINCT room) FROM appointment",
    "Show the number of appointments per room.": "SELECT room, COUNT(*) FROM appointment GROUP BY room",
    "What procedures were done after 2022?": (
        "SELECT t1.name FROM procedures AS t1 JOIN undergoes AS t2 ON t2.procedure_id = t1.code WHERE "
        "t2.\"day\" >= '2023-01-01'"
    ),
}
