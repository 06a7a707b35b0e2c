"""A railway: speeds, delays, departures."""

from text2sql.tests.engines.grammar.golden.asking import all_of
from text2sql.tests.engines.grammar.golden.places import RAILWAY

EXPECTED = {
    "How many trains are there?": "SELECT COUNT(*) FROM trains",
    "the fastest train": "SELECT name FROM trains ORDER BY top_speed DESC NULLS LAST, train_id ASC LIMIT 1",
    "the slowest train": "SELECT name FROM trains ORDER BY top_speed ASC, train_id ASC LIMIT 1",
    "trains faster than 200": "SELECT name FROM trains WHERE top_speed > 200",
    "trains with more than 300 seats": "SELECT name FROM trains WHERE seats > 300",
    "trains built after 2000": "SELECT name FROM trains WHERE built_in > 2000",
    "trains built in 1995": "SELECT name FROM trains WHERE built_in = 1995",
    "trains built between 1990 and 2000": "SELECT name FROM trains WHERE built_in BETWEEN 1990 AND 2000",
    "the oldest train": "SELECT name FROM trains ORDER BY built_in ASC, train_id ASC LIMIT 1",
    "names of stations in Porto": "SELECT name FROM stations WHERE city = 'Porto'",
    "stations with at least 4 platforms": "SELECT name FROM stations WHERE platforms >= 4",
    "station with the most platforms": (
        "SELECT name FROM stations ORDER BY platforms DESC NULLS LAST, station_id ASC LIMIT 1"
    ),
    "stations by city": "SELECT city, COUNT(*) FROM stations GROUP BY city",
    "How many stations are in each city?": "SELECT city, COUNT(*) FROM stations GROUP BY city",
    "departures per day": (
        "SELECT CAST(DATE_TRUNC('day', departed_at) AS DATE), COUNT(*) "
        "FROM departures "
        "GROUP BY CAST(DATE_TRUNC('day', departed_at) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('day', departed_at) AS DATE) ASC"
    ),
    "departures per month": (
        "SELECT CAST(DATE_TRUNC('month', departed_at) AS DATE), COUNT(*) "
        "FROM departures "
        "GROUP BY CAST(DATE_TRUNC('month', departed_at) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', departed_at) AS DATE) ASC"
    ),
    "departures from Northgate": (
        "SELECT t1.departure_id FROM departures AS t1 "
        "JOIN stations AS t2 ON t1.station_id = t2.station_id "
        "WHERE t2.name = 'Northgate'"
    ),
    "departures of the Comet": (
        "SELECT t1.departure_id FROM departures AS t1 "
        "JOIN trains AS t2 ON t1.train_id = t2.train_id "
        "WHERE t2.name = 'Comet'"
    ),
    "departures from Harbour in 2024": (
        "SELECT t1.departure_id FROM departures AS t1 "
        "JOIN stations AS t2 ON t1.station_id = t2.station_id "
        "WHERE t2.name = 'Harbour' "
        "AND (t1.departed_at >= '2024-01-01' "
        "AND t1.departed_at < '2025-01-01')"
    ),
    "average delay by station": (
        "SELECT t2.name, AVG(t1.delay) FROM departures AS t1 "
        "JOIN stations AS t2 ON t1.station_id = t2.station_id "
        "GROUP BY t2.station_id, t2.name"
    ),
    "average delay per train": (
        "SELECT t2.name, AVG(t1.delay) FROM departures AS t1 "
        "JOIN trains AS t2 ON t1.train_id = t2.train_id "
        "GROUP BY t2.train_id, t2.name"
    ),
    "average delay per month": (
        "SELECT CAST(DATE_TRUNC('month', departed_at) AS DATE), AVG(delay) "
        "FROM departures "
        "GROUP BY CAST(DATE_TRUNC('month', departed_at) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', departed_at) AS DATE) ASC"
    ),
    "total passengers by month": (
        "SELECT CAST(DATE_TRUNC('month', departed_at) AS DATE), SUM(passengers) "
        "FROM departures "
        "GROUP BY CAST(DATE_TRUNC('month', departed_at) AS DATE) "
        "ORDER BY CAST(DATE_TRUNC('month', departed_at) AS DATE) ASC"
    ),
    "total passengers per year": (
        "SELECT EXTRACT(YEAR FROM departed_at), SUM(passengers) "
        "FROM departures GROUP BY EXTRACT(YEAR FROM departed_at) "
        "ORDER BY EXTRACT(YEAR FROM departed_at) ASC"
    ),
    "passengers by station": (
        "SELECT t2.name, SUM(t1.passengers) FROM departures AS t1 "
        "JOIN stations AS t2 ON t1.station_id = t2.station_id "
        "GROUP BY t2.station_id, t2.name"
    ),
    "departures with a delay above 10": "SELECT departure_id FROM departures WHERE delay > 10",
    "departures delayed more than 10": "SELECT departure_id FROM departures WHERE delay > 10",
    "trains without departures": (
        "SELECT name FROM trains WHERE NOT train_id IN (SELECT train_id FROM departures WHERE NOT train_id IS NULL)"
    ),
    "stations without departures": (
        "SELECT name FROM stations "
        "WHERE NOT station_id IN (SELECT station_id FROM departures "
        "WHERE NOT station_id IS NULL)"
    ),
    "train with the most departures": (
        "SELECT t1.name FROM trains AS t1 "
        "JOIN departures AS t2 ON t2.train_id = t1.train_id "
        "GROUP BY t1.train_id, t1.name "
        "ORDER BY COUNT(*) DESC, t1.train_id ASC LIMIT 1"
    ),
    "station with the most departures": (
        "SELECT t1.name FROM stations AS t1 "
        "JOIN departures AS t2 ON t2.station_id = t1.station_id "
        "GROUP BY t1.station_id, t1.name "
        "ORDER BY COUNT(*) DESC, t1.station_id ASC LIMIT 1"
    ),
    "maximum delay": "SELECT MAX(delay) FROM departures",
    "maximum delay of the Swift": (
        "SELECT MAX(t1.delay) FROM departures AS t1 "
        "JOIN trains AS t2 ON t1.train_id = t2.train_id "
        "WHERE t2.name = 'Swift'"
    ),
    "top 3 stations by number of departures": (
        "SELECT t1.name FROM stations AS t1 "
        "JOIN departures AS t2 ON t2.station_id = t1.station_id "
        "GROUP BY t1.station_id, t1.name "
        "ORDER BY COUNT(*) DESC, t1.station_id ASC LIMIT 3"
    ),
    "trains sorted by top speed": "SELECT name FROM trains ORDER BY top_speed ASC, train_id ASC",
    "average seats of trains": "SELECT AVG(seats) FROM trains",
    "total seats": "SELECT SUM(seats) FROM trains",
    "trains with between 100 and 200 seats": "SELECT name FROM trains WHERE seats BETWEEN 100 AND 200",
    "How many departures were there in March 2024?": (
        "SELECT COUNT(*) FROM departures WHERE departed_at >= '2024-03-01' AND departed_at < '2024-04-01'"
    ),
    "departures on 2024-02-03": ("SELECT departure_id FROM departures WHERE CAST(departed_at AS DATE) = '2024-02-03'"),
}


def test_a_railway_tells_of_its_trains() -> None:
    assert all_of(RAILWAY, EXPECTED) == EXPECTED
