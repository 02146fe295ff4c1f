# SPDX-License-Identifier: Apache-2.0
"""Documents from anywhere, ours or a stranger's: checked (`lint`) and turned into other formats (`convert`).

Works on bytes that the caller has read; needs no installation. The rules of the formats are `core.formats`.
"""
