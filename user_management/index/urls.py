from django.urls import path

from user_management.index import views

urlpatterns = [
    path("", views.settings, name="search-index"),
    path("refresh/", views.refresh, name="index-refresh"),
    path("wipe/", views.wipe, name="index-wipe"),
]
