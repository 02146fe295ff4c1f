# SPDX-License-Identifier: Apache-2.0
from django.urls import include, path

urlpatterns = [path("api/v1/", include("tocsin.delivery.api.desk"))]
