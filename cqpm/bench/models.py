"""The two rows the minimal view writes; they exist in the bench's own throw-away database only."""

from django.db import models


class Counted(models.Model):
    value = models.CharField(max_length=20)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        app_label = "bench"

    def __str__(self):
        return self.value


class WrittenRow(models.Model):
    value = models.CharField(max_length=20)

    class Meta:
        app_label = "bench"

    def __str__(self):
        return self.value
