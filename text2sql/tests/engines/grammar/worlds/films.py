"""Films, reviewers and their ratings."""

CONTENT = """
CREATE TABLE director (
    director_id integer PRIMARY KEY,
    name text,
    birth_year integer,
    nationality text
);
INSERT INTO director VALUES
    (1, 'Ava Moss', 1970, 'British'),
    (2, 'Luc Petit', 1955, 'French'),
    (3, 'Kim Sun', 1981, 'Korean');
CREATE TABLE film (
    film_id integer PRIMARY KEY,
    title text,
    director_id integer REFERENCES director(director_id),
    release_year integer,
    genre text,
    budget_million double precision,
    gross_million double precision,
    runtime integer
);
INSERT INTO film VALUES
    (1, 'Night Ferry', 1, 2001, 'drama', 10, 35, 110),
    (2, 'The Clock', 2, 1994, 'comedy', 5, 4, 95),
    (3, 'Iron Road', 1, 2010, 'action', 80, 310, 140),
    (4, 'Paper Sea', 3, 2019, 'drama', 12, 60, 125);
CREATE TABLE reviewer (
    reviewer_id integer PRIMARY KEY,
    reviewer_name text,
    city text
);
INSERT INTO reviewer VALUES
    (1, 'Nina Fox', 'Oslo'),
    (2, 'Tom Reed', 'Lima'),
    (3, 'Uma Dale', 'Oslo');
CREATE TABLE rating (
    film_id integer REFERENCES film(film_id),
    reviewer_id integer REFERENCES reviewer(reviewer_id),
    stars integer,
    rated_on date
);
INSERT INTO rating VALUES
    (1, 1, 4, '2012-05-01'),
    (1, 2, 5, '2013-05-02'),
    (3, 1, 2, '2012-07-09'),
    (4, 2, 5, '2020-01-30');
"""

QUESTIONS = {
    "How many films are there?": "SELECT COUNT(*) FROM film",
    "List the titles of all films.": "SELECT title FROM film",
    "What are the titles and release years of the dramas?": (
        "SELECT title, release_year FROM film WHERE genre = 'drama'"
    ),
    "Show the genre and the number of films for each genre.": "SELECT genre, COUNT(*) FROM film GROUP BY genre",
    "Which genre has the most films?": (
        "SELECT genre FROM film GROUP BY genre ORDER BY COUNT(*) DESC, genre ASC LIMIT 1"
    ),
    "What is the average budget of films by Ava Moss?": (
        "SELECT AVG(t1.budget_million) FROM film AS t1 JOIN director AS t2 ON t1.director_id = "
        "t2.director_id WHERE t2.name = 'Ava Moss'"
    ),
    "Who directed Iron Road?": (
        "SELECT t1.name FROM director AS t1 JOIN film AS t2 ON t2.director_id = t1.director_id WHERE "
        "t2.title = 'Iron Road'"
    ),
    "Which directors have not directed any film?": (
        "SELECT name FROM director WHERE NOT director_id IN (SELECT director_id FROM film WHERE NOT "
        "director_id IS NULL)"
    ),
    "How many films did each director make?": (
        "SELECT t2.name, COUNT(*) FROM film AS t1 JOIN director AS t2 ON t1.director_id = t2.director_id "
        "GROUP BY t2.director_id, t2.name"
    ),
    "List the names of directors who made at least 2 films.": (
        "SELECT t1.name FROM director AS t1 JOIN film AS t2 ON t2.director_id = t1.director_id GROUP BY "
        "t1.director_id, t1.name HAVING COUNT(*) >= 2"
    ),
    "What is the highest grossing film?": (
        "SELECT title FROM film ORDER BY gross_million DESC NULLS LAST, film_id ASC LIMIT 1"
    ),
    "Find the title of the longest film.": (
        "SELECT title FROM film ORDER BY runtime DESC NULLS LAST, film_id ASC LIMIT 1"
    ),
    "What is the total gross of all action films?": "SELECT SUM(gross_million) FROM film WHERE genre = 'action'",
    "Which film received the most ratings?": (
        "SELECT t1.title FROM film AS t1 JOIN rating AS t2 ON t2.film_id = t1.film_id GROUP BY "
        "t1.film_id, t1.title ORDER BY COUNT(*) DESC, t1.film_id ASC LIMIT 1"
    ),
    "What is the average number of stars for each film?": (
        "SELECT t2.title, AVG(t1.stars) FROM rating AS t1 JOIN film AS t2 ON t1.film_id = t2.film_id "
        "GROUP BY t2.film_id, t2.title"
    ),
    "Show the titles of films that have no rating.": (
        "SELECT title FROM film WHERE NOT film_id IN (SELECT film_id FROM rating WHERE NOT film_id IS NULL)"
    ),
    "List the reviewers from Oslo.": "SELECT reviewer_name FROM reviewer WHERE city = 'Oslo'",
    "Which reviewers gave 5 stars?": (
        "SELECT t1.reviewer_name FROM reviewer AS t1 JOIN rating AS t2 ON t2.reviewer_id = t1.reviewer_id "
        "WHERE t2.stars = 5"
    ),
    "What are the names of reviewers who rated Night Ferry?": (
        "SELECT t1.reviewer_name FROM reviewer AS t1 JOIN rating AS t2 ON t2.reviewer_id = t1.reviewer_id "
        "JOIN film AS t3 ON t2.film_id = t3.film_id WHERE t3.title = 'Night Ferry'"
    ),
    "Films released after 2000": "SELECT title FROM film WHERE release_year > 2000",
    "Films released between 1990 and 2005": "SELECT title FROM film WHERE release_year BETWEEN 1990 AND 2005",
    "Show films with a budget above the average budget.": (
        "SELECT title FROM film WHERE budget_million > (SELECT AVG(budget_million) FROM film)"
    ),
    "What is the nationality of the director of The Clock?": (
        "SELECT t1.nationality FROM director AS t1 JOIN film AS t2 ON t2.director_id = t1.director_id "
        "WHERE t2.title = 'The Clock'"
    ),
    "How many different genres are there?": "SELECT COUNT(DISTINCT genre) FROM film",
    "List the films in order of release year.": "SELECT title FROM film ORDER BY release_year ASC, film_id ASC",
    "What are the top 2 films by gross?": (
        "SELECT title FROM film ORDER BY gross_million DESC NULLS LAST, film_id ASC LIMIT 2"
    ),
    "Which French directors are there?": "SELECT name FROM director WHERE nationality = 'French'",
    "Find the film with the lowest budget.": (
        "SELECT title FROM film ORDER BY budget_million ASC, film_id ASC LIMIT 1"
    ),
    "Show the names of the reviewers and the titles of the films they rated.": (
        "SELECT t1.reviewer_name, t3.title FROM reviewer AS t1 JOIN rating AS t2 ON t2.reviewer_id = "
        "t1.reviewer_id JOIN film AS t3 ON t2.film_id = t3.film_id"
    ),
    "Show the title of films which were rated in 2012.": (
        "SELECT t1.title FROM film AS t1 JOIN rating AS t2 ON t2.film_id = t1.film_id WHERE t2.rated_on "
        ">= '2012-01-01' AND t2.rated_on < '2013-01-01'"
    ),
    "What is the maximum and minimum runtime of all films?": "SELECT MAX(runtime), MIN(runtime) FROM film",
    "List all details of the films released in 2019.": "SELECT * FROM film WHERE release_year = 2019",
    "Who is the youngest director?": (
        "SELECT name FROM director ORDER BY birth_year DESC NULLS LAST, director_id ASC LIMIT 1"
    ),
    "Which movie has the highest average stars?": (
        "SELECT t1.title FROM film AS t1 JOIN rating AS t2 ON t2.film_id = t1.film_id GROUP BY "
        "t1.film_id, t1.title ORDER BY AVG(t2.stars) DESC NULLS LAST, t1.film_id ASC LIMIT 1"
    ),
    "What is the runtime of Paper Sea?": "SELECT runtime FROM film WHERE title = 'Paper Sea'",
    "Show the number of movies released in each year.": (
        "SELECT release_year, COUNT(*) FROM film GROUP BY release_year"
    ),
    "How many movies have a gross higher than 50?": "SELECT COUNT(*) FROM film WHERE gross_million > 50",
    "Which movies were rated by both Nina Fox and Tom Reed?": (
        "SELECT t1.title FROM film AS t1 JOIN rating AS t2 ON t2.film_id = t1.film_id JOIN reviewer AS t3 "
        "ON t2.reviewer_id = t3.reviewer_id WHERE t3.reviewer_name = 'Nina Fox' INTERSECT SELECT t1.title "
        "FROM film AS t1 JOIN rating AS t2 ON t2.film_id = t1.film_id JOIN reviewer AS t3 ON "
        "t2.reviewer_id = t3.reviewer_id WHERE t3.reviewer_name = 'Tom Reed'"
    ),
    "List titles of films that are not dramas.": "SELECT title FROM film WHERE genre <> 'drama'",
    "How many reviewers live in each city?": "SELECT city, COUNT(*) FROM reviewer GROUP BY city",
    "Give the city with the most reviewers.": (
        "SELECT city FROM reviewer GROUP BY city ORDER BY COUNT(*) DESC, city ASC LIMIT 1"
    ),
    "Show the names of British or Korean directors.": (
        "SELECT name FROM director WHERE nationality = 'British' OR nationality = 'Korean'"
    ),
    "What is the sum of budgets per genre?": "SELECT genre, SUM(budget_million) FROM film GROUP BY genre",
}
