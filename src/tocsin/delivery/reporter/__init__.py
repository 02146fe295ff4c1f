# SPDX-License-Identifier: Apache-2.0
"""The reporter's room: report form, check page, receipt, and the page to come back to with a return phrase.

For somebody without an account, script, pictures or trust in us. Everything it remembers between two pages is sealed
and lies with the reporter: a form's nonce and files already sent in hidden fields, an open room in a cookie that ends
after half an hour. No cookie is set before somebody returns. The process behind it can seal and cannot open any case.
"""
