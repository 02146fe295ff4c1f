# SPDX-License-Identifier: Apache-2.0
"""Pages of the reporter's room, by what people come for: report, receipt, visit, files."""
