# SPDX-License-Identifier: Apache-2.0
"""The public room: what every reader may see, and nothing else. Advisories, their documents and feeds, each project's
policy in words, security.txt, the key that receipts are signed with.

It reads the shelf of published documents and the policies. It knows no case and imports nothing that does, so whatever
goes wrong here, there is nothing private within reach. Pages work without script, pictures and cookies.
"""
