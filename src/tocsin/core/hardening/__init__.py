# SPDX-License-Identifier: Apache-2.0
"""Is a server of the PostgreSQL family configured as the project asks its operators to?

`checks` are data: one TOML file each, a read-only query that returns what is wrong. `required` finds the settings that
an advisory's required configuration or a mitigation names. `report` says what a live server's answers mean. Asking the
server is an adapter's work.
"""
