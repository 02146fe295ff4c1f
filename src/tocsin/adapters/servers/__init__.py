# SPDX-License-Identifier: Apache-2.0
"""Servers of the PostgreSQL family that are asked what they are and how they are set. Nothing is ever written."""

from tocsin.adapters.servers.postgres import PostgresServer, connect

__all__ = ["PostgresServer", "connect"]
