# SPDX-License-Identifier: Apache-2.0
"""From the policy back to words: SECURITY.md, security.txt, and the sentences of the report form.

The words are those the clauses say of themselves; this only puts them on a page.
"""

from tocsin.core.policy.describe.security_md import security_md
from tocsin.core.policy.describe.security_txt import security_txt
from tocsin.core.policy.describe.words import IntakeWords, intake_words

__all__ = ["IntakeWords", "intake_words", "security_md", "security_txt"]
