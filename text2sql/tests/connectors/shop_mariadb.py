"""A small shop on MariaDB, odd names, and accounts that may only read."""

READER, READER_PASSWORD = "t2s_reader", "chỉ đọc 'thôi"

SCRIPT = f"""
CREATE DATABASE t2s_shop CHARACTER SET utf8mb4;
CREATE DATABASE t2s_empty;
CREATE DATABASE t2s_odd CHARACTER SET utf8mb4;
USE t2s_shop;
CREATE TABLE customers (
    id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(80) NOT NULL, email VARCHAR(120) UNIQUE,
    city VARCHAR(40) NOT NULL COMMENT 'Thành phố', is_member BOOLEAN NOT NULL, joined DATE NOT NULL
) COMMENT 'Khách hàng: who buys';
CREATE TABLE products (
    id INT PRIMARY KEY, name TEXT NOT NULL, category ENUM('đồ uống', 'bánh') NOT NULL, price DECIMAL(12, 2) NOT NULL,
    stock SMALLINT NOT NULL, attributes JSON, picture BLOB, opens TIME
);
CREATE TABLE orders (
    id INT PRIMARY KEY, customer_id INT NOT NULL, status VARCHAR(10) NOT NULL, ordered_at DATETIME NOT NULL,
    FOREIGN KEY (customer_id) REFERENCES customers (id)
);
CREATE TABLE order_items (
    order_id INT, product_id INT, quantity INT NOT NULL, PRIMARY KEY (order_id, product_id),
    FOREIGN KEY (order_id) REFERENCES orders (id), FOREIGN KEY (product_id) REFERENCES products (id)
);
CREATE VIEW paid_orders AS SELECT * FROM orders WHERE status = 'paid';
CREATE TABLE secrets (word VARCHAR(20));
CREATE TABLE plain_files (word VARCHAR(20)) ENGINE = MyISAM;
CREATE SEQUENCE tickets;
CREATE FUNCTION sell() RETURNS INT MODIFIES SQL DATA BEGIN INSERT INTO secrets VALUES ('sold'); RETURN 1; END;
CREATE PROCEDURE sneak() BEGIN COMMIT; INSERT INTO secrets VALUES ('sneaked'); SELECT 1; END;
INSERT INTO customers (name, email, city, is_member, joined)
    SELECT CONCAT('Nguyễn Văn ', seq), CONCAT('customer', seq, '@example.org'), ELT(1 + seq % 4, 'Hà Nội', 'Hà Nội',
    'Đà Nẵng', 'Huế'), seq % 3 = 0, DATE '2024-01-01' + INTERVAL seq % 10 DAY FROM seq_1_to_40;
INSERT INTO products SELECT seq, CONCAT('Cà phê ', seq), ELT(1 + seq % 2, 'đồ uống', 'bánh'), seq * 12.5, seq % 5,
    JSON_OBJECT('weight', seq), UNHEX('00FF'), '08:30:00' FROM seq_1_to_20;
INSERT INTO orders SELECT seq, 1 + seq % 40, ELT(1 + seq % 3, 'new', 'paid', 'paid'),
    TIMESTAMP '2024-03-01 08:00:00' + INTERVAL seq * 7 HOUR FROM seq_1_to_100;
INSERT INTO order_items SELECT seq, 1 + seq % 20, 1 + seq % 3 FROM seq_1_to_100;
USE t2s_odd;
CREATE TABLE `"; drop table x; --` (`select` VARCHAR(20) PRIMARY KEY, `có dấu cách` INT, `it's` DATE, `%s {{0}}` TEXT,
    `a``b` TEXT CHARACTER SET latin1);
INSERT INTO `"; drop table x; --` VALUES ('''; --', 1, '2026-01-01', '%s', 'a');
CREATE TABLE `order` (`from` VARCHAR(20), `Tên` VARCHAR(20), UNIQUE (`Tên`, `from`),
    FOREIGN KEY (`from`) REFERENCES `"; drop table x; --` (`select`));
CREATE TABLE gone (a INT);
CREATE VIEW fails AS SELECT a FROM gone;
DROP TABLE gone;
CREATE VIEW slow AS SELECT 'x' AS word FROM (SELECT SLEEP(30)) AS s;
CREATE TABLE numbers (n INT PRIMARY KEY) SELECT seq AS n FROM seq_1_to_2000;
CREATE USER {READER}@'%' IDENTIFIED BY '{READER_PASSWORD.replace("'", "''")}';
GRANT SELECT ON t2s_shop.* TO {READER}@'%';
GRANT SELECT, SHOW VIEW ON t2s_odd.* TO {READER}@'%';
GRANT SELECT ON t2s_empty.* TO {READER}@'%';
CREATE USER t2s_writer@'%' IDENTIFIED BY 'w';
GRANT SELECT, INSERT, UPDATE (city) ON t2s_shop.customers TO t2s_writer@'%';
CREATE ROLE t2s_role;
CREATE USER t2s_actor@'%' IDENTIFIED BY 'a';
GRANT t2s_role TO t2s_actor@'%';
GRANT SELECT ON t2s_shop.* TO t2s_actor@'%';
CREATE USER t2s_single@'%' IDENTIFIED BY 's' WITH MAX_USER_CONNECTIONS 1;
GRANT SELECT ON t2s_shop.* TO t2s_single@'%';
"""  # noqa: S608 - of constants

#: All tables, views and sequences that tests made.
TABLES = """
SELECT table_schema, table_name, table_type FROM information_schema.tables WHERE table_schema LIKE 't2s%' ORDER BY 1, 2
"""


def statements() -> list[str]:
    """The script, cut at the semicolons that end a line outside of a routine's body."""
    return [part.strip() for part in SCRIPT.split(";\n") if part.strip()]
