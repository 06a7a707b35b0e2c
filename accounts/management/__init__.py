"""Management of accounts from the shell."""
