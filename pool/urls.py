from django.conf import settings
from django.urls import include, path

from pool.views import (
    anchors,
    calendar,
    components,
    factors,
    files,
    home,
    mails,
    notices,
    own_sessions,
    references,
    rulebook,
    search,
    sessions,
    sso,
    sure,
    tokens,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("login/", sessions.SignIn.as_view(), name="login"),
    path("login/code/", sessions.login_code, name="login_code"),
    path("login/sso/", sso.begin, name="sso"),
    path("login/sso/callback/", sso.callback, name="sso_callback"),
    path("logout/", sessions.SignOut.as_view(), name="logout"),
    path("password/", sessions.PasswordChange.as_view(), name="password_change"),
    path("clock/", home.move_clock, name="move_clock"),
    path("clock/progress/", home.clock_progress, name="clock_progress"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/feed/", calendar.calendar_feed, name="calendar_feed"),
    path("calendar/feed/revoke/", calendar.revoke_calendar_feed, name="revoke_calendar_feed"),
    path("calendar/<str:token>.ics", calendar.calendar_ics, name="calendar_ics"),
    path("notices/", notices.notices, name="notices"),
    path("notices/read/", notices.read_notices, name="read_notices"),
    path("search/", search.search, name="search"),
    path("account/mail/", mails.mail_choice, name="mail_choice"),
    path("account/sure/", sure.sure, name="sure"),
    path("account/second-factor/", factors.second_factor, name="second_factor"),
    path("account/second-factor/codes/", factors.new_recovery_codes, name="new_recovery_codes"),
    path("account/second-factor/drop/", factors.drop_second_factor, name="drop_second_factor"),
    path("account/sessions/", own_sessions.own_sessions, name="own_sessions"),
    path("account/sessions/others/end/", own_sessions.end_other_sessions, name="end_other_sessions"),
    path("account/sessions/<uuid:pk>/end/", own_sessions.end_session, name="end_session"),
    path("account/tokens/", tokens.tokens, name="tokens"),
    path("account/tokens/<uuid:pk>/revoke/", tokens.revoke_token, name="revoke_token"),
    path("anchors/", anchors.index, name="anchors"),
    path("anchors/<uuid:pk>/confirm/", anchors.confirm, name="confirm_restore"),
    path("files/<uuid:file_id>/", files.download, name="file"),
    path("rulebook/", rulebook.rulebook, name="rulebook"),
    path("rulebook/<int:number>/", rulebook.rulebook_article, name="rulebook_article"),
    path("appropriations/", include("pool.ledger.urls")),
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
