# SPDX-License-Identifier: Apache-2.0
"""The WSGI application of one listener; which one is said by `TOCSIN_ROLE`. The desk's process also runs the worker."""

from __future__ import annotations

from django.core.wsgi import get_wsgi_application

from tocsin.boot import config, setup
from tocsin.boot.config import Role

_config = setup.start(config.role())
application = get_wsgi_application()

if config.role() is Role.DESK:
    from tocsin.boot import wiring
    from tocsin.delivery.worker import loop

    loop.start(wiring.desk(_config), _config.worker_seconds)
