"""The gateway: programs call it, engines answer, and the books are exact."""
