"""What is measured; each module offers `measure(house, options) -> list[Row]`."""
