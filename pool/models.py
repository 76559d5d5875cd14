"""Stand-in until the package `pool/models/` arrives: it takes this module's place by being there."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    pass
