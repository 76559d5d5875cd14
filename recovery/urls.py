from django.urls import path

from recovery.views import bank, batch, closings, finance, manager, pages

app_name = "recovery"

urlpatterns = [
    path("", pages.projects, name="projects"),
    path("projects/<uuid:pk>/", pages.project, name="project"),
    path("projects/<uuid:pk>/report/", bank.report, name="report"),
    path("projects/<uuid:pk>/settlement/", bank.apply_settlement, name="apply_settlement"),
    path("projects/<uuid:pk>/write-off/", bank.apply_write_off, name="apply_write_off"),
    path("projects/<uuid:pk>/paid-off/", bank.pay_off_one, name="pay_off_one"),
    path("projects/<uuid:pk>/settle-accounts/", manager.pass_settled, name="pass_settled"),
    path("projects/<uuid:pk>/close-refused/", manager.close_refused, name="close_refused"),
    path("recoveries/", pages.recoveries, name="recoveries"),
    path("recoveries/file/", batch.batch_new, name="batch_new"),
    path("recoveries/file/template/", batch.batch_template, name="batch_template"),
    path("recoveries/<uuid:pk>/submit/", bank.submit_recovery, name="submit_recovery"),
    path("recoveries/<uuid:pk>/cancel/", bank.cancel_recovery, name="cancel_recovery"),
    path("returns/", pages.returns, name="returns"),
    path("returns/<uuid:pk>/", pages.return_page, name="return"),
    path("returns/<uuid:pk>/receipt/", finance.enter_receipt, name="enter_receipt"),
    path("returns/<uuid:pk>/confirm/", finance.confirm_receipt, name="confirm_receipt"),
    path("returns/<uuid:pk>/reject/", finance.reject_receipt, name="reject_receipt"),
    path("desk/", manager.desk, name="desk"),
    path("settlements/", manager.settlements, name="settlements"),
    path("settlements/<uuid:pk>/", manager.settlement, name="settlement"),
    path("settlements/<uuid:pk>/submit/", bank.submit_settlement, name="submit_settlement"),
    path("settlements/<uuid:pk>/cancel/", bank.cancel_settlement, name="cancel_settlement"),
    path("settlements/<uuid:pk>/decide/", manager.decide_settlement, name="decide_settlement"),
    path("closings/", closings.closings, name="closings"),
    path("closings/<uuid:pk>/", closings.closing, name="closing"),
    path("closings/<uuid:pk>/submit/", closings.submit, name="submit_closing"),
    path("closings/<uuid:pk>/cancel/", closings.cancel, name="cancel_closing"),
    path("closings/<uuid:pk>/pass/", closings.pass_write_off, name="pass_write_off"),
    path("closings/<uuid:pk>/send-back/", closings.send_back_write_off, name="send_back_write_off"),
    path("closings/<uuid:pk>/close/", closings.close_settled, name="close_settled"),
    path("closings/<uuid:pk>/settle-again/", closings.send_back_settled, name="send_back_settled"),
    path("paid-off/", bank.paid_off, name="paid_off"),
    path("paid-off/close/", bank.close_paid_off, name="close_paid_off"),
]
