# SPDX-License-Identifier: Apache-2.0
"""Reading a security policy that people wrote: bytes to text, text to sentences, sentences to terms.

No model, no guess: what no rule understands is kept, and said to be so.
"""
