"""A zoo: declared keys, a table of links, dates, people with two names."""

CONTENT = """
CREATE TABLE keeper (
    id integer PRIMARY KEY,
    first_name text,
    last_name text,
    birth_date date,
    salary double precision,
    city text
);
INSERT INTO keeper VALUES
    (1, 'Ann', 'Lee', '1980-02-01', 3200, 'Hanoi'),
    (2, 'Bob', 'Stone', '1975-05-09', 2800, 'Hue'),
    (3, 'Cleo', 'Marsh', '1992-11-30', 4100, 'Hanoi'),
    (4, 'Dan', 'Field', '1988-01-17', 2500, 'Da Nang');
CREATE TABLE enclosure (
    enclosure_id integer PRIMARY KEY,
    name text,
    biome text,
    area_m2 double precision,
    opened_year integer
);
INSERT INTO enclosure VALUES
    (1, 'North Hall', 'forest', 400, 1999),
    (2, 'Dune', 'desert', 900, 2005),
    (3, 'Lagoon', 'water', 1500, 2010),
    (4, 'Attic', 'cave', 50, 2020);
CREATE TABLE species (
    species_id integer PRIMARY KEY,
    common_name text,
    latin_name text,
    diet text
);
INSERT INTO species VALUES
    (1, 'lynx', 'Lynx lynx', 'meat'),
    (2, 'camel', 'Camelus', 'plants'),
    (3, 'otter', 'Lutra lutra', 'fish'),
    (4, 'owl', 'Strix aluco', 'meat');
CREATE TABLE animal (
    animal_id integer PRIMARY KEY,
    name text,
    species_id integer REFERENCES species(species_id),
    enclosure_id integer REFERENCES enclosure(enclosure_id),
    birth_year integer,
    weight_kg double precision,
    sex text
);
INSERT INTO animal VALUES
    (1, 'Rex', 1, 1, 2015, 22.5, 'M'),
    (2, 'Lulu', 1, 1, 2017, 18, 'F'),
    (3, 'Sandy', 2, 2, 2009, 480, 'F'),
    (4, 'Dipper', 3, 3, 2019, 9, 'M'),
    (5, 'Hoot', 4, 1, 2018, 1.2, 'F'),
    (6, 'Splash', 3, 3, 2020, 8.1, 'F');
CREATE TABLE feeding (
    feeding_id integer PRIMARY KEY,
    animal_id integer REFERENCES animal(animal_id),
    keeper_id integer REFERENCES keeper(id),
    fed_on date,
    food text,
    amount_kg double precision
);
INSERT INTO feeding VALUES
    (1, 1, 1, '2023-01-05', 'rabbit', 2),
    (2, 1, 2, '2023-01-06', 'rabbit', 1.5),
    (3, 3, 1, '2023-02-01', 'hay', 10),
    (4, 4, 3, '2023-02-03', 'trout', 1),
    (5, 4, 3, '2023-03-03', 'trout', 1.1),
    (6, 5, 2, '2022-12-24', 'mouse', 0.1);
CREATE TABLE assignment (
    keeper_id integer REFERENCES keeper(id),
    enclosure_id integer REFERENCES enclosure(enclosure_id),
    since integer,
    PRIMARY KEY(keeper_id,enclosure_id)
);
INSERT INTO assignment VALUES
    (1, 1, 2010),
    (1, 2, 2012),
    (2, 3, 2015),
    (3, 3, 2020);
"""

QUESTIONS = {
    "How many animals are there?": "SELECT COUNT(*) FROM animal",
    "Show the names of all animals.": "SELECT name FROM animal",
    "What are the names and weights of the animals?": "SELECT name, weight_kg FROM animal",
    "What is the average weight of female animals?": "SELECT AVG(weight_kg) FROM animal WHERE sex = 'F'",
    "Which animal is the heaviest?": (
        "SELECT name FROM animal ORDER BY weight_kg DESC NULLS LAST, animal_id ASC LIMIT 1"
    ),
    "Find the name of the oldest animal.": ("SELECT name FROM animal ORDER BY birth_year ASC, animal_id ASC LIMIT 1"),
    "List the first and last names of keepers living in Hanoi.": (
        "SELECT first_name, last_name FROM keeper WHERE city = 'Hanoi'"
    ),
    "How many animals live in each enclosure?": (
        "SELECT t2.name, COUNT(*) FROM animal AS t1 JOIN enclosure AS t2 ON t1.enclosure_id = "
        "t2.enclosure_id GROUP BY t2.enclosure_id, t2.name"
    ),
    "Which enclosure has the most animals?": (
        "SELECT t1.name FROM enclosure AS t1 JOIN animal AS t2 ON t2.enclosure_id = t1.enclosure_id GROUP "
        "BY t1.enclosure_id, t1.name ORDER BY COUNT(*) DESC, t1.enclosure_id ASC LIMIT 1"
    ),
    "What are the names of enclosures without any animals?": (
        "SELECT name FROM enclosure WHERE NOT enclosure_id IN (SELECT enclosure_id FROM animal WHERE NOT "
        "enclosure_id IS NULL)"
    ),
    "Which keepers have never fed an animal?": (
        "SELECT first_name, last_name FROM keeper WHERE NOT id IN (SELECT t1.keeper_id FROM feeding AS t1 "
        "JOIN animal AS t2 ON t1.animal_id = t2.animal_id WHERE NOT t1.keeper_id IS NULL)"
    ),
    "List the keepers who earn more than the average salary.": (
        "SELECT first_name, last_name FROM keeper WHERE salary > (SELECT AVG(salary) FROM keeper)"
    ),
    "What is the maximum, minimum and average salary of keepers?": (
        "SELECT MAX(salary), MIN(salary), AVG(salary) FROM keeper"
    ),
    "Show the different biomes of enclosures.": "SELECT DISTINCT biome FROM enclosure",
    "Show the biome of enclosures opened after 2000.": "SELECT biome FROM enclosure WHERE opened_year > 2000",
    "Which enclosures opened between 2000 and 2010?": (
        "SELECT name FROM enclosure WHERE opened_year BETWEEN 2000 AND 2010"
    ),
    "What is the latin name of the species called lynx?": ("SELECT latin_name FROM species WHERE common_name = 'lynx'"),
    "Show the name of each animal and its species.": (
        "SELECT t2.name, t1.common_name FROM species AS t1 JOIN animal AS t2 ON t2.species_id = t1.species_id"
    ),
    "How many species eat meat?": "SELECT COUNT(*) FROM species WHERE diet = 'meat'",
    "What are the names of the animals fed by Ann Lee?": (
        "SELECT t1.name FROM animal AS t1 JOIN feeding AS t2 ON t2.animal_id = t1.animal_id JOIN keeper "
        "AS t3 ON t2.keeper_id = t3.id WHERE t3.first_name = 'Ann' AND t3.last_name = 'Lee'"
    ),
    "Which species have more than one animal?": (
        "SELECT t1.common_name FROM species AS t1 JOIN animal AS t2 ON t2.species_id = t1.species_id "
        "GROUP BY t1.species_id, t1.common_name HAVING COUNT(*) > 1"
    ),
    "Sort the keepers by salary in descending order.": (
        "SELECT first_name, last_name FROM keeper ORDER BY salary DESC NULLS LAST, id ASC"
    ),
    "List the last names of keepers in alphabetical order.": (
        "SELECT last_name FROM keeper ORDER BY last_name ASC, id ASC"
    ),
    "What are the top 2 heaviest animals?": (
        "SELECT name FROM animal ORDER BY weight_kg DESC NULLS LAST, animal_id ASC LIMIT 2"
    ),
    "Find the animals that weigh less than 10 kg.": "SELECT name FROM animal WHERE weight_kg < 10",
    "How many feedings took place in January 2023?": (
        "SELECT COUNT(*) FROM feeding WHERE fed_on >= '2023-01-01' AND fed_on < '2023-02-01'"
    ),
    "How many feedings were there in 2023?": (
        "SELECT COUNT(*) FROM feeding WHERE fed_on >= '2023-01-01' AND fed_on < '2024-01-01'"
    ),
    "What is the most common food?": (
        "SELECT food FROM feeding GROUP BY food ORDER BY COUNT(*) DESC, food ASC LIMIT 1"
    ),
    "For each diet, how many species are there?": "SELECT diet, COUNT(*) FROM species GROUP BY diet",
    "Show the diet and the number of species for each diet.": "SELECT diet, COUNT(*) FROM species GROUP BY diet",
    "Which city do most keepers live in?": (
        "SELECT city FROM keeper GROUP BY city ORDER BY COUNT(*) DESC, city ASC LIMIT 1"
    ),
    "Who is the youngest keeper?": (
        "SELECT first_name, last_name FROM keeper ORDER BY birth_date DESC NULLS LAST, id ASC LIMIT 1"
    ),
    "What are the names of animals whose name starts with S?": "SELECT name FROM animal WHERE name ILIKE 'S%'",
    "Show names of animals that are either lynx or owl.": (
        "SELECT t1.name FROM animal AS t1 JOIN species AS t2 ON t1.species_id = t2.species_id WHERE "
        "t2.common_name = 'lynx' OR t2.common_name = 'owl'"
    ),
    "Which keepers look after both North Hall and Dune?": (
        "SELECT t1.first_name, t1.last_name FROM keeper AS t1 JOIN assignment AS t2 ON t2.keeper_id = "
        "t1.id JOIN enclosure AS t3 ON t2.enclosure_id = t3.enclosure_id WHERE t3.name = 'North Hall' "
        "INTERSECT SELECT t1.first_name, t1.last_name FROM keeper AS t1 JOIN assignment AS t2 ON "
        "t2.keeper_id = t1.id JOIN enclosure AS t3 ON t2.enclosure_id = t3.enclosure_id WHERE t3.name = "
        "'Dune'"
    ),
    "Count the number of distinct foods.": "SELECT COUNT(DISTINCT food) FROM feeding",
    "What is the average weight of animals for each species?": (
        "SELECT t2.common_name, AVG(t1.weight_kg) FROM animal AS t1 JOIN species AS t2 ON t1.species_id = "
        "t2.species_id GROUP BY t2.species_id, t2.common_name"
    ),
    "Give me all the information about keepers who do not live in Hanoi.": (
        "SELECT * FROM keeper WHERE city <> 'Hanoi'"
    ),
    "What is the area of the largest enclosure?": (
        "SELECT area_m2 FROM enclosure ORDER BY area_m2 DESC NULLS LAST, enclosure_id ASC LIMIT 1"
    ),
    "Show the names of the animals and the names of their enclosures.": (
        "SELECT t1.name, t2.name FROM animal AS t1 JOIN enclosure AS t2 ON t1.enclosure_id = t2.enclosure_id"
    ),
    "What is the biome with the largest total area?": (
        "SELECT biome FROM enclosure GROUP BY biome ORDER BY SUM(area_m2) DESC NULLS LAST, biome ASC LIMIT 1"
    ),
    "How many keepers are assigned to the Lagoon?": (
        "SELECT COUNT(*) FROM keeper AS t1 JOIN assignment AS t2 ON t2.keeper_id = t1.id JOIN enclosure "
        "AS t3 ON t2.enclosure_id = t3.enclosure_id WHERE t3.name = 'Lagoon'"
    ),
    "What wage does Cleo get?": "SELECT salary FROM keeper WHERE first_name = 'Cleo'",
    "Which creature is the lightest?": "SELECT name FROM animal ORDER BY weight_kg ASC, animal_id ASC LIMIT 1",
    "Return the surname of the best paid keeper.": (
        "SELECT last_name FROM keeper ORDER BY salary DESC NULLS LAST, id ASC LIMIT 1"
    ),
    "List the number of feedings per keeper.": (
        "SELECT t2.first_name, t2.last_name, COUNT(*) FROM feeding AS t1 JOIN keeper AS t2 ON "
        "t1.keeper_id = t2.id GROUP BY t2.id, t2.first_name, t2.last_name"
    ),
    "Find the name of animals that were not fed.": (
        "SELECT name FROM animal WHERE NOT animal_id IN (SELECT animal_id FROM feeding WHERE NOT animal_id IS NULL)"
    ),
    "Which animals were born before 2017?": "SELECT name FROM animal WHERE birth_year < 2017",
    "What is the name of the enclosure where Dipper lives?": (
        "SELECT t1.name FROM enclosure AS t1 JOIN animal AS t2 ON t2.enclosure_id = t1.enclosure_id WHERE "
        "t2.name = 'Dipper'"
    ),
    "Có bao nhiêu con vật?": "SELECT COUNT(*) FROM animal",
    "Liệt kê tên của các động vật": "SELECT name FROM animal",
    "Động vật nào nặng nhất?": "SELECT name FROM animal ORDER BY weight_kg DESC NULLS LAST, animal_id ASC LIMIT 1",
    "Cân nặng trung bình của động vật theo từng species": (
        "SELECT t2.common_name, AVG(t1.weight_kg) FROM animal AS t1 JOIN species AS t2 ON t1.species_id = "
        "t2.species_id GROUP BY t2.species_id, t2.common_name"
    ),
    "Có bao nhiêu keeper sống ở Hanoi?": "SELECT COUNT(*) FROM keeper WHERE city = 'Hanoi'",
    "Họ của keeper có lương cao nhất": ("SELECT last_name FROM keeper ORDER BY salary DESC NULLS LAST, id ASC LIMIT 1"),
    "cho biet ten cac dong vat co can nang lon hon 10": "SELECT name FROM animal WHERE weight_kg > 10",
    "Động vật nào sinh trước năm 2017?": "SELECT name FROM animal WHERE birth_year < 2017",
}
