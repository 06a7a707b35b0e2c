"""Geography without any key: names join, one table holds pairs of neighbours."""

CONTENT = """
CREATE TABLE province (
    province_name text,
    population integer,
    area double precision,
    capital text,
    density double precision
);
INSERT INTO province VALUES
    ('alta', 500000, 12000, 'norton', 41.6),
    ('brisk', 1200000, 8000, 'port grey', 150),
    ('corvo', 90000, 30000, 'south bay', 3),
    ('new dale', 700000, 9000, 'daleton', 77.7),
    ('elmar', 300000, 5000, 'elm city', 60);
CREATE TABLE city (
    city_name text,
    population integer,
    province_name text
);
INSERT INTO city VALUES
    ('norton', 200000, 'alta'),
    ('port grey', 600000, 'brisk'),
    ('south bay', 40000, 'corvo'),
    ('daleton', 160000, 'new dale'),
    ('rivermouth', 180000, 'brisk'),
    ('elm city', 151000, 'elmar'),
    ('norton', 9000, 'elmar');
CREATE TABLE borders (
    province_name text,
    neighbour text
);
INSERT INTO borders VALUES
    ('alta', 'brisk'),
    ('brisk', 'alta'),
    ('alta', 'corvo'),
    ('corvo', 'alta'),
    ('brisk', 'new dale'),
    ('new dale', 'brisk');
CREATE TABLE river (
    river_name text,
    length integer,
    province_name text
);
INSERT INTO river VALUES
    ('long water', 900, 'alta'),
    ('long water', 900, 'brisk'),
    ('silver', 300, 'brisk'),
    ('cold run', 450, 'corvo');
CREATE TABLE mountain (
    mountain_name text,
    altitude integer,
    province_name text
);
INSERT INTO mountain VALUES
    ('grey horn', 4100, 'alta'),
    ('old man', 2200, 'corvo'),
    ('twin peak', 3900, 'alta');
CREATE TABLE lake (
    lake_name text,
    area double precision,
    province_name text
);
INSERT INTO lake VALUES
    ('mirror lake', 120, 'alta'),
    ('deep lake', 800, 'corvo');
CREATE TABLE extremes (
    province_name text,
    highest_point text,
    highest_elevation integer,
    lowest_point text,
    lowest_elevation integer
);
INSERT INTO extremes VALUES
    ('alta', 'grey horn', 4100, 'mill creek', 20),
    ('brisk', 'signal hill', 600, 'the flats', -3),
    ('corvo', 'old man', 2200, 'south bay', 0);
"""

QUESTIONS = {
    "what is the capital of alta": "SELECT capital FROM province WHERE province_name = 'alta'",
    "which provinces border alta": "SELECT neighbour FROM borders WHERE province_name = 'alta'",
    "what provinces border new dale": "SELECT neighbour FROM borders WHERE province_name = 'new dale'",
    "how many rivers are there in brisk": "SELECT COUNT(*) FROM river WHERE province_name = 'brisk'",
    "what rivers run through brisk": "SELECT river_name FROM river WHERE province_name = 'brisk'",
    "what is the longest river": "SELECT river_name FROM river ORDER BY length DESC NULLS LAST LIMIT 1",
    "what is the longest river in brisk": (
        "SELECT river_name FROM river WHERE province_name = 'brisk' ORDER BY length DESC NULLS LAST LIMIT 1"
    ),
    "how long is the silver river": "SELECT length FROM river WHERE river_name = 'silver'",
    "how long is silver": "SELECT length FROM river WHERE river_name = 'silver'",
    "what is the population of brisk": "SELECT population FROM province WHERE province_name = 'brisk'",
    "how many people live in alta": "SELECT population FROM province WHERE province_name = 'alta'",
    "how many people live in rivermouth": "SELECT population FROM city WHERE city_name = 'rivermouth'",
    "what is the largest city in brisk": (
        "SELECT city_name FROM city WHERE province_name = 'brisk' ORDER BY population DESC NULLS LAST LIMIT 1"
    ),
    "what is the biggest city": "SELECT city_name FROM city ORDER BY population DESC NULLS LAST LIMIT 1",
    "what is the highest mountain in alta": (
        "SELECT mountain_name FROM mountain WHERE province_name = 'alta' ORDER BY altitude DESC NULLS LAST LIMIT 1"
    ),
    "how high is grey horn": "SELECT altitude FROM mountain WHERE mountain_name = 'grey horn'",
    "what is the highest point in corvo": "SELECT highest_point FROM extremes WHERE province_name = 'corvo'",
    "what is the lowest point of brisk": "SELECT lowest_point FROM extremes WHERE province_name = 'brisk'",
    "which province has the largest population": (
        "SELECT province_name FROM province ORDER BY population DESC NULLS LAST LIMIT 1"
    ),
    "what is the largest province": "SELECT province_name FROM province ORDER BY area DESC NULLS LAST LIMIT 1",
    "which province has the most rivers": (
        "SELECT t1.province_name FROM province AS t1 JOIN river AS t2 ON t2.province_name = "
        "t1.province_name GROUP BY t1.province_name ORDER BY COUNT(*) DESC, t1.province_name ASC LIMIT 1"
    ),
    "which province has the most cities": (
        "SELECT t1.province_name FROM province AS t1 JOIN city AS t2 ON t2.province_name = "
        "t1.province_name GROUP BY t1.province_name ORDER BY COUNT(*) DESC, t1.province_name ASC LIMIT 1"
    ),
    "what is the area of corvo": "SELECT area FROM province WHERE province_name = 'corvo'",
    "how big is corvo": "SELECT area FROM province WHERE province_name = 'corvo'",
    "what is the density of elmar": "SELECT density FROM province WHERE province_name = 'elmar'",
    "which provinces have no rivers": (
        "SELECT province_name FROM province WHERE NOT province_name IN (SELECT province_name FROM river "
        "WHERE NOT province_name IS NULL)"
    ),
    "what is the capital of the province with the largest area": (
        "SELECT capital FROM province ORDER BY area DESC NULLS LAST LIMIT 1"
    ),
    "how many provinces border alta": "SELECT COUNT(*) FROM borders WHERE province_name = 'alta'",
    "how many citizens does corvo have": "SELECT population FROM province WHERE province_name = 'corvo'",
    "name the rivers in alta": "SELECT river_name FROM river WHERE province_name = 'alta'",
    "give me the lakes in corvo": "SELECT lake_name FROM lake WHERE province_name = 'corvo'",
    "what cities are in brisk": "SELECT city_name FROM city WHERE province_name = 'brisk'",
    "which cities have more than 150000 people": "SELECT city_name FROM city WHERE population > 150000",
    "what is the average population of the provinces": "SELECT AVG(population) FROM province",
    "what is the total length of all rivers in brisk": ("SELECT SUM(length) FROM river WHERE province_name = 'brisk'"),
    "in which province is grey horn": (
        "SELECT t1.province_name FROM province AS t1 JOIN mountain AS t2 ON t2.province_name = "
        "t1.province_name WHERE t2.mountain_name = 'grey horn'"
    ),
    "which province has the smallest density": "SELECT province_name FROM province ORDER BY density ASC LIMIT 1",
    "what is the population density of alta": "SELECT density FROM province WHERE province_name = 'alta'",
    "what is the largest lake": "SELECT lake_name FROM lake ORDER BY area DESC NULLS LAST LIMIT 1",
    "what is the shortest river in brisk": (
        "SELECT river_name FROM river WHERE province_name = 'brisk' ORDER BY length ASC LIMIT 1"
    ),
    "how many cities are there in alta": "SELECT COUNT(*) FROM city WHERE province_name = 'alta'",
    "which provinces have a population over 600000": ("SELECT province_name FROM province WHERE population > 600000"),
    "what provinces border the province with the largest area": (
        "SELECT neighbour FROM borders WHERE province_name = (SELECT province_name FROM province ORDER BY "
        "area DESC NULLS LAST LIMIT 1)"
    ),
    "what is the highest mountain": "SELECT mountain_name FROM mountain ORDER BY altitude DESC NULLS LAST LIMIT 1",
    "how many rivers do not flow through brisk": "SELECT COUNT(*) FROM river WHERE province_name <> 'brisk'",
    "list the cities of alta and brisk": (
        "SELECT city_name FROM city WHERE province_name = 'alta' OR province_name = 'brisk'"
    ),
}
