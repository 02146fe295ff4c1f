# SPDX-License-Identifier: Apache-2.0
from django.urls import include, path

urlpatterns = [
    path("desk/api/v1/", include("tocsin.delivery.api.desk")),
    path("front/api/v1/", include("tocsin.delivery.api.front")),
]
