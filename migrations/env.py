"""Runs revisions, each in one explicit transaction on both databases, so that a kill in the middle leaves nothing half made."""

from alembic import context
from flask import current_app

from imrgroups.db import db, writing

config = context.config
arguments = dict(current_app.extensions["migrate"].configure_args)
with writing(), db.engine.connect() as connection:
    context.configure(
        connection=connection, target_metadata=db.metadata, transaction_per_migration=True, transactional_ddl=True, **arguments
    )
    with context.begin_transaction():
        context.run_migrations()
