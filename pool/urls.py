from django.urls import URLPattern, URLResolver

app_name = "pool"

urlpatterns: list[URLPattern | URLResolver] = []
