"""What the door itself keeps: which form was already sent, so that a double click is one act."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from collections_app.accounts.models import Person


class Submission(models.Model):
    """A form that was sent, by the token it carried, and where its sender went on to.

    ``said`` is a digest of what it said: the same token with other words is no double click.
    """

    token = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    said = models.CharField(max_length=64, blank=True, db_collation="C")
    onward = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(onward="") | Q(onward__startswith="/"), name="submission_onward_is_ours"
            ),
        ]
        indexes = [models.Index(fields=["at"], name="submission_oldest")]

    def __str__(self) -> str:
        return str(self.token)
