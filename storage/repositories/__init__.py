"""The repositories of `bot.ports` in SQLAlchemy Core, one file each. Statements are built once and serve every engine."""
