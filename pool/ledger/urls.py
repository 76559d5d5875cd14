from django.urls import path

from pool.ledger import views

urlpatterns = [
    path("", views.appropriations, name="appropriations"),
    path("new/", views.new_appropriation, name="new_appropriation"),
    path("<uuid:pk>/", views.appropriation, name="appropriation"),
    path("<uuid:pk>/confirm/", views.confirm_appropriation, name="confirm_appropriation"),
    path("<uuid:pk>/withdraw/", views.withdraw_appropriation, name="withdraw_appropriation"),
]
