"""What fixtures write again is what the services wrote."""
