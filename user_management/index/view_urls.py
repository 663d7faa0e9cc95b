from django.urls import path

from user_management.index import view_views

urlpatterns = [
    path("", view_views.save, name="save-view"),
    path("<int:view>/", view_views.show, name="open-view"),
    path("<int:view>/delete/", view_views.delete, name="delete-view"),
]
