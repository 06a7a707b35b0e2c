"""Car makers: a chain of four tables."""

CONTENT = """
CREATE TABLE country (
    country_id integer PRIMARY KEY,
    country_name text,
    continent text
);
INSERT INTO country VALUES
    (1, 'usa', 'america'),
    (2, 'japan', 'asia'),
    (3, 'germany', 'europe');
CREATE TABLE car_maker (
    id integer PRIMARY KEY,
    maker text,
    full_name text,
    country_id integer REFERENCES country(country_id)
);
INSERT INTO car_maker VALUES
    (1, 'toyo', 'Toyo Motors', 2),
    (2, 'benn', 'Benn AG', 3),
    (3, 'ford', 'Ford Company', 1);
CREATE TABLE car_model (
    model_id integer PRIMARY KEY,
    maker_id integer REFERENCES car_maker(id),
    model text
);
INSERT INTO car_model VALUES
    (1, 1, 'swift'),
    (2, 2, 'alp'),
    (3, 3, 'plains'),
    (4, 3, 'ridge');
CREATE TABLE car_data (
    car_id integer PRIMARY KEY,
    model_id integer REFERENCES car_model(model_id),
    mpg double precision,
    cylinders integer,
    horsepower integer,
    weight integer,
    year integer
);
INSERT INTO car_data VALUES
    (1, 1, 31, 4, 90, 2100, 1975),
    (2, 2, 18, 6, 160, 3400, 1980),
    (3, 3, 15, 8, 200, 4100, 1970),
    (4, 4, 22, 4, 110, 2500, 1982);
"""

QUESTIONS = {
    "How many car makers are there in each continent?": (
        "SELECT t2.continent, COUNT(*) FROM car_maker AS t1 JOIN country AS t2 ON t1.country_id = "
        "t2.country_id GROUP BY t2.continent"
    ),
    "Which countries are in europe?": "SELECT country_name FROM country WHERE continent = 'europe'",
    "What is the average horsepower of cars with 4 cylinders?": (
        "SELECT AVG(horsepower) FROM car_data WHERE cylinders = 4"
    ),
    "Which model has the lowest mpg?": (
        "SELECT t1.model FROM car_model AS t1 JOIN car_data AS t2 ON t2.model_id = t1.model_id ORDER BY "
        "t2.mpg ASC, t1.model_id ASC LIMIT 1"
    ),
    "List the full names of makers from japan.": (
        "SELECT t1.full_name FROM car_maker AS t1 JOIN country AS t2 ON t1.country_id = t2.country_id "
        "WHERE t2.country_name = 'japan'"
    ),
    "What is the maximum horsepower?": "SELECT MAX(horsepower) FROM car_data",
    "How many cars have more than 4 cylinders?": "SELECT COUNT(*) FROM car_data WHERE cylinders > 4",
    "Which country has the most car makers?": (
        "SELECT t1.country_name FROM country AS t1 JOIN car_maker AS t2 ON t2.country_id = t1.country_id "
        "GROUP BY t1.country_id, t1.country_name ORDER BY COUNT(*) DESC, t1.country_id ASC LIMIT 1"
    ),
    "What is the weight of the car with the best mpg?": (
        "SELECT weight FROM car_data ORDER BY mpg DESC NULLS LAST, car_id ASC LIMIT 1"
    ),
    "Show the model with the largest horsepower.": (
        "SELECT t1.model FROM car_model AS t1 JOIN car_data AS t2 ON t2.model_id = t1.model_id ORDER BY "
        "t2.horsepower DESC NULLS LAST, t1.model_id ASC LIMIT 1"
    ),
    "What are the models of ford?": (
        "SELECT t1.model FROM car_model AS t1 JOIN car_maker AS t2 ON t1.maker_id = t2.id WHERE t2.maker = 'ford'"
    ),
    "Which countries have no car maker?": (
        "SELECT country_name FROM country WHERE NOT country_id IN (SELECT country_id FROM car_maker WHERE "
        "NOT country_id IS NULL)"
    ),
    "What is the average weight of cars for each year?": ('SELECT "year", AVG(weight) FROM car_data GROUP BY "year"'),
    "How many cars were made in 1980?": 'SELECT COUNT(*) FROM car_data WHERE "year" = 1980',
    "In which years were cars with 8 cylinders produced?": 'SELECT "year" FROM car_data WHERE cylinders = 8',
    "List all continents and the number of countries in each.": (
        "SELECT continent, COUNT(*) FROM country GROUP BY continent"
    ),
    "Which cars are heavier than the average?": (
        "SELECT car_id FROM car_data WHERE weight > (SELECT AVG(weight) FROM car_data)"
    ),
    "What is the minimum weight of the cars with 8 cylinders made in 1970?": (
        'SELECT MIN(weight) FROM car_data WHERE cylinders = 8 AND "year" = 1970'
    ),
    "Which automobile manufacturers are located in the usa?": (
        "SELECT t1.full_name FROM car_maker AS t1 JOIN country AS t2 ON t1.country_id = t2.country_id "
        "WHERE t2.country_name = 'usa'"
    ),
    "What models are lighter than 3500?": (
        "SELECT t1.model FROM car_model AS t1 JOIN car_data AS t2 ON t2.model_id = t1.model_id WHERE t2.weight < 3500"
    ),
    "Name the maker of the model alp.": (
        "SELECT t1.maker FROM car_maker AS t1 JOIN car_model AS t2 ON t2.maker_id = t1.id WHERE t2.model = 'alp'"
    ),
    "How many continents are there?": "SELECT COUNT(DISTINCT continent) FROM country",
    "Count the cars with horsepower more than 150.": "SELECT COUNT(*) FROM car_data WHERE horsepower > 150",
    "What is the most common number of cylinders?": (
        "SELECT cylinders FROM car_data GROUP BY cylinders ORDER BY COUNT(*) DESC, cylinders ASC LIMIT 1"
    ),
    "For each country, show the number of car makers.": (
        "SELECT t2.country_name, COUNT(*) FROM car_maker AS t1 JOIN country AS t2 ON t1.country_id = "
        "t2.country_id GROUP BY t2.country_id, t2.country_name"
    ),
}
