"""Flights with two keys to the same table."""

CONTENT = """
CREATE TABLE airports (
    code text PRIMARY KEY,
    airport_name text,
    city text,
    country text,
    elevation integer
);
INSERT INTO airports VALUES
    ('HAN', 'Noi Bai', 'Hanoi', 'Vietnam', 12),
    ('SGN', 'Tan Son Nhat', 'Saigon', 'Vietnam', 10),
    ('NRT', 'Narita', 'Tokyo', 'Japan', 41);
CREATE TABLE airlines (
    id integer PRIMARY KEY,
    airline_name text,
    country text
);
INSERT INTO airlines VALUES
    (1, 'Lotus Air', 'Vietnam'),
    (2, 'Sun Wings', 'Japan');
CREATE TABLE flights (
    flight_no integer PRIMARY KEY,
    airline_id integer REFERENCES airlines(id),
    source_airport text REFERENCES airports(code),
    dest_airport text REFERENCES airports(code),
    distance integer,
    departure_date date
);
INSERT INTO flights VALUES
    (10, 1, 'HAN', 'SGN', 1160, '2024-01-02'),
    (11, 1, 'SGN', 'HAN', 1160, '2024-01-03'),
    (12, 2, 'NRT', 'HAN', 3670, '2024-02-01');
"""

QUESTIONS = {
    "How many flights depart from Noi Bai?": (
        "SELECT COUNT(*) FROM flights AS t1 JOIN airports AS t2 ON t1.source_airport = t2.code WHERE "
        "t2.airport_name = 'Noi Bai'"
    ),
    "How many flights arrive in Hanoi?": (
        "SELECT COUNT(*) FROM flights AS t1 JOIN airports AS t2 ON t1.dest_airport = t2.code WHERE t2.city = 'Hanoi'"
    ),
    "Which airline has the most flights?": (
        "SELECT t1.airline_name FROM airlines AS t1 JOIN flights AS t2 ON t2.airline_id = t1.id GROUP BY "
        "t1.id, t1.airline_name ORDER BY COUNT(*) DESC, t1.id ASC LIMIT 1"
    ),
    "List the flights from HAN to SGN.": (
        "SELECT flight_no FROM flights WHERE source_airport = 'HAN' AND dest_airport = 'SGN'"
    ),
    "What is the name of the airport with the highest elevation?": (
        "SELECT airport_name FROM airports ORDER BY elevation DESC NULLS LAST, code ASC LIMIT 1"
    ),
    "Which airports do not have any departing flights?": (
        "SELECT airport_name FROM airports WHERE NOT code IN (SELECT source_airport FROM flights WHERE "
        "NOT source_airport IS NULL)"
    ),
    "What are the airlines from Japan?": "SELECT airline_name FROM airlines WHERE country = 'Japan'",
    "What is the longest flight?": (
        "SELECT flight_no FROM flights ORDER BY distance DESC NULLS LAST, flight_no ASC LIMIT 1"
    ),
    "Find the number of carriers in each country.": "SELECT country, COUNT(*) FROM airlines GROUP BY country",
    "What is the total distance flown by Lotus Air?": (
        "SELECT SUM(t1.distance) FROM flights AS t1 JOIN airlines AS t2 ON t1.airline_id = t2.id WHERE "
        "t2.airline_name = 'Lotus Air'"
    ),
    "Give the flight numbers of flights longer than 1000.": "SELECT flight_no FROM flights WHERE distance > 1000",
    "What country is Narita in?": "SELECT country FROM airports WHERE airport_name = 'Narita'",
    "Give the code and name of airports in Vietnam.": (
        "SELECT code, airport_name FROM airports WHERE country = 'Vietnam'"
    ),
    "How many planes leave Saigon?": (
        "SELECT COUNT(*) FROM flights AS t1 JOIN airports AS t2 ON t1.source_airport = t2.code WHERE t2.city = 'Saigon'"
    ),
}
