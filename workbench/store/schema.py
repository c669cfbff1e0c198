"""The tables as the queries see them. What makes them is in `migrations`; a test compares the two."""

from __future__ import annotations

from sqlalchemy import Column, Float, Integer, MetaData, Table, Text

metadata = MetaData()

migrations = Table(
    "migrations",
    metadata,
    Column("name", Text, primary_key=True),
    Column("applied", Text, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("created", Text, nullable=False),
    Column("config", Text, nullable=False),
    Column("versions", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("evenly", Integer),
)

rounds = Table(
    "rounds",
    metadata,
    Column("run", Text, primary_key=True),
    Column("index", Integer, primary_key=True),
    Column("json", Text, nullable=False),
)

rollouts = Table(
    "rollouts",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("run", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("problem_id", Text, nullable=False),
    Column("json", Text, nullable=False),
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("rollout_id", Text, nullable=False),
    Column("verifier", Text, nullable=False),
    Column("knowledge", Text, nullable=False),
    Column("json", Text, nullable=False),
)

memory_items = Table(
    "memory_items",
    metadata,
    Column("run", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("json", Text, nullable=False),
)

memory_events = Table(
    "memory_events",
    metadata,
    Column("run", Text, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("item_id", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("event", Text, nullable=False),
    Column("json", Text),
    Column("by", Text, nullable=False),
)

problems = Table(
    "problems",
    metadata,
    Column("run", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("json", Text, nullable=False),
)

label_items = Table(
    "label_items",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("id", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("json", Text, nullable=False),
    Column("added", Text, nullable=False),
    Column("readings", Integer, nullable=False),
    Column("readers", Integer, nullable=False),
    Column("control", Integer, nullable=False),
    Column("gold", Text),
    Column("uncertain", Float),
    Column("disagree", Float),
    Column("diverse", Float),
    Column("worth", Float),
)

labels = Table(
    "labels",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("item_id", Text, nullable=False),
    Column("annotator", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("json", Text, nullable=False),
)

labels_now = Table(
    "labels_now",
    metadata,
    Column("item_id", Text, primary_key=True),
    Column("annotator", Text, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("person", Integer, nullable=False),
    Column("json", Text, nullable=False),
)

label_leases = Table(
    "label_leases",
    metadata,
    Column("item_id", Text, primary_key=True),
    Column("annotator", Text, nullable=False),
    Column("until", Float, nullable=False),
)
