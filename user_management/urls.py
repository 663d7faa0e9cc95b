"""Pages below `/projects/<project>/<env>/`: users and groups of the linked pool. Each part of the app has its own."""

from django.urls import include, path, register_converter

from user_management.names import NameConverter

# The address modules below are read after this line, and use `<name:…>`.
register_converter(NameConverter, "name")

urlpatterns = [
    path("users/", include("user_management.listing.urls")),
    path("users/", include("user_management.person.urls")),
    path("users/", include("user_management.groups.user_urls")),
    path("users/bulk/", include("user_management.bulk.urls")),
    path("users/import/", include("user_management.csv_import.urls")),
    path("users/index/", include("user_management.index.urls")),
    path("users/views/", include("user_management.index.view_urls")),
    path("groups/", include("user_management.groups.urls")),
]
