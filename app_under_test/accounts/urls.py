from django.urls import path

from accounts import views

urlpatterns = [
    path("signup/", views.sign_up, name="sign-up"),
    path("welcome/", views.welcome, name="welcome"),
]
