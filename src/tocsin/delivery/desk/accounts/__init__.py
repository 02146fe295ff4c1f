# SPDX-License-Identifier: Apache-2.0
"""Accounts of the desk: passwords, passkeys, codes and a foundation's own sign-in, all of them django-allauth's work.

Here stands what Tocsin adds: nobody signs up, secrets of second factors are sealed, sessions follow the account, and
the pages are the desk's own. https://docs.allauth.org/
"""
