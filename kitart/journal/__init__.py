"""The record: tables, repositories, hash chain, migrations."""
