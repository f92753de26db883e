"""PostgreSQL and Valkey as child processes. Standard library only: no Django, no package."""
