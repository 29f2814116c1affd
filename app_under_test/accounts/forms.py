"""The sign-up form."""

from django import forms
from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.models import User


class SignUpForm(UserCreationForm):  # type: ignore[type-arg]  # Generic in the stubs only.
    """Django's sign-up form with an e-mail address."""

    email = forms.EmailField()

    class Meta:
        model = User
        fields = ("username", "email")
