from django.urls import path

from user_management.bulk import views

urlpatterns = [
    path("", views.bulk_users, name="bulk-users"),
    path("<slug:bulk>/", views.detail, name="bulk"),
    path("<slug:bulk>/start/", views.start, name="start-bulk"),
    path("<slug:bulk>/retry/", views.retry, name="retry-bulk"),
    path("<slug:bulk>/discard/", views.discard, name="discard-bulk"),
    path("<slug:bulk>/results.csv", views.results, name="bulk-results"),
]
