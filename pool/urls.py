from django.conf import settings
from django.urls import path

from pool.views import appropriations, components, files, home, notices, references, rulebook, sessions

urlpatterns = [
    path("", home.home, name="home"),
    path("login/", sessions.SignIn.as_view(), name="login"),
    path("logout/", sessions.SignOut.as_view(), name="logout"),
    path("password/", sessions.PasswordChange.as_view(), name="password_change"),
    path("clock/", home.move_clock, name="move_clock"),
    path("clock/progress/", home.clock_progress, name="clock_progress"),
    path("notices/", notices.notices, name="notices"),
    path("notices/read/", notices.read_notices, name="read_notices"),
    path("files/<uuid:file_id>/", files.download, name="file"),
    path("rulebook/", rulebook.rulebook, name="rulebook"),
    path("rulebook/<int:number>/", rulebook.rulebook_article, name="rulebook_article"),
    path("appropriations/", appropriations.appropriations, name="appropriations"),
    path("appropriations/new/", appropriations.new_appropriation, name="new_appropriation"),
    path("appropriations/<uuid:pk>/", appropriations.appropriation, name="appropriation"),
    path("appropriations/<uuid:pk>/confirm/", appropriations.confirm_appropriation, name="confirm_appropriation"),
    path("appropriations/<uuid:pk>/withdraw/", appropriations.withdraw_appropriation, name="withdraw_appropriation"),
    path("reference/", references.reference_index, name="reference"),
    path("reference/<slug:kind>/", references.reference_rows, name="reference_rows"),
    path("reference/<slug:kind>/<uuid:pk>/confirm/", references.confirm_reference, name="confirm_reference"),
]

if settings.CLOCK_MAY_MOVE:
    # In demo and tests only: every part of the screens with sample data.
    urlpatterns += [
        path("components/", components.components, name="components"),
        path("components/progress/", components.progress, name="components_progress"),
    ]
