from django.apps import AppConfig


class BenchConfig(AppConfig):
    name = "cqpm.bench"
    label = "bench"
    verbose_name = "Bench"
