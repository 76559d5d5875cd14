from django.urls import URLPattern, URLResolver

app_name = "banks"

urlpatterns: list[URLPattern | URLResolver] = []
