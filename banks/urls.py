from django.urls import path

from banks.views import banks, joining, people, records

app_name = "banks"

urlpatterns = [
    path("", banks.index, name="index"),
    path("own/", banks.own, name="own"),
    path("joining/", joining.listing, name="joinings"),
    path("joining/new/", joining.apply, name="joining_new"),
    path("joining/<uuid:pk>/", joining.detail, name="joining"),
    path("joining/<uuid:pk>/admit/", joining.admit, name="joining_admit"),
    path("joining/<uuid:pk>/refuse/", joining.refuse, name="joining_refuse"),
    path("joining/<uuid:pk>/withdraw/", joining.withdraw, name="joining_withdraw"),
    path("<uuid:pk>/", banks.detail, name="detail"),
    path("<uuid:pk>/agreements/add/", records.register_agreement, name="agreement_add"),
    path("<uuid:pk>/members/", people.members, name="members"),
    path("<uuid:pk>/members/add/", people.add_member, name="member_add"),
    path("members/<uuid:pk>/active/", people.set_member_active, name="member_active"),
    path("manage/", people.manage, name="manage"),
    path("members/<uuid:pk>/leave/", people.leave, name="member_leave"),
    path("members/<uuid:pk>/role/", people.change_role, name="member_role"),
    path("members/<uuid:pk>/password/", people.give_password, name="member_password"),
    path("members/<uuid:pk>/reset/", people.propose_reset, name="member_reset"),
    path("resets/<uuid:pk>/decide/", people.decide_reset, name="reset_decide"),
    path("<uuid:pk>/payee/", records.enter_payee, name="payee_enter"),
    path("payees/<uuid:pk>/confirm/", records.confirm_payee, name="payee_confirm"),
    path("<uuid:pk>/listings/add/", records.list_dishonest, name="listing_add"),
    path("listings/<uuid:pk>/end/", records.end_listing, name="listing_end"),
    path("<uuid:pk>/sanctions/propose/", records.propose_sanction, name="sanction_propose"),
]
