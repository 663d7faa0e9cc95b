"""Below `/projects/<project>/jobs/`."""

from django.urls import path

from jobs import views

app_name = "jobs"
urlpatterns = [
    path("", views.index, name="index"),
    path("<slug:job>/", views.detail, name="detail"),
    path("<slug:job>/retry/", views.retry, name="retry"),
    path("<slug:job>/pause/", views.pause, name="pause"),
    path("<slug:job>/resume/", views.resume, name="resume"),
    path("<slug:job>/cancel/", views.cancel, name="cancel"),
]
