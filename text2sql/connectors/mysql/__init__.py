"""MySQL 5.7 and newer, MariaDB 10.3 and newer, through PyMySQL."""
