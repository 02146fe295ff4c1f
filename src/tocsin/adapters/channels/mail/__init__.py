# SPDX-License-Identifier: Apache-2.0
"""Mail as it reaches this machine: handed over by a mail server (`listener`), fetched from a mailbox (`polling`), or
read from files (`boxes`). What it says is the business of `services.mail`; here it is bytes with an envelope."""
