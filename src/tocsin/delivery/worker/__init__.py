# SPDX-License-Identifier: Apache-2.0
"""The worker: takes turns at what nobody asks for. What a turn does is in `services.worker`."""
