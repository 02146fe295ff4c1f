# SPDX-License-Identifier: Apache-2.0
"""Pages of the public room: projects, advisories, and what machines look for at well-known places."""
