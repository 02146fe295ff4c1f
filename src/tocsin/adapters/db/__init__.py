# SPDX-License-Identifier: Apache-2.0
"""Cases, people, projects and publications in a SQL database: the ports of `services.ports` on SQLite and PostgreSQL.

Nothing is imported here, because Django loads this package before its models may exist. `configure` gives the
settings, `database` the transactions and what a failure means, and every other module the adapter of one port.
"""
