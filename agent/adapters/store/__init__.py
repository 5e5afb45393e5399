"""What Portico remembers: the store on SQLAlchemy, SQLite by default or PostgreSQL."""
