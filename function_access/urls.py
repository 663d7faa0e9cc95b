"""Pages below `/projects/<project>/<env>/functions/`."""

from django.urls import path

from function_access import views

urlpatterns = [
    path("", views.functions, name="functions"),
    path("<slug:function>/", views.function, name="function"),
    path("<slug:function>/review/", views.review, name="review-function"),
    path("<slug:function>/apply/", views.apply, name="apply-function"),
    path("<slug:function>/revoke/", views.revoke, name="revoke-function"),
]
