# SPDX-License-Identifier: Apache-2.0
from tocsin.client import Client as Client

__version__: str
