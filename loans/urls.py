from django.urls import path

from loans.views import changes, corrections, library, uploads

app_name = "loans"

urlpatterns = [
    path("", library.loan_list, name="list"),
    path("<uuid:pk>/", library.detail, name="detail"),
    path("<uuid:pk>/classify/", changes.classify, name="classify"),
    path("classifications/<uuid:pk>/submit/", changes.submit_classification, name="classification_submit"),
    path("classifications/<uuid:pk>/cancel/", changes.cancel_classification, name="classification_cancel"),
    path("<uuid:pk>/withdraw/", changes.withdraw, name="withdraw"),
    path("withdrawals/<uuid:pk>/submit/", changes.submit_withdrawal, name="withdrawal_submit"),
    path("withdrawals/<uuid:pk>/cancel/", changes.cancel_withdrawal, name="withdrawal_cancel"),
    path("<uuid:pk>/extend/", changes.extend, name="extend"),
    path("extensions/<uuid:pk>/submit/", changes.submit_extension, name="extension_submit"),
    path("extensions/<uuid:pk>/cancel/", changes.cancel_extension, name="extension_cancel"),
    path("<uuid:pk>/correct/", corrections.correct, name="correct"),
    path("corrections/<uuid:pk>/submit/", corrections.submit, name="correction_submit"),
    path("corrections/<uuid:pk>/cancel/", corrections.cancel, name="correction_cancel"),
    path("uploads/", library.upload_list, name="uploads"),
    path("uploads/new/", uploads.upload_new, name="upload_new"),
    path("uploads/form/", uploads.form_entry, name="form_entry"),
    path("uploads/classifications/new/", uploads.classes_new, name="classes_new"),
    path("uploads/classifications/template/", uploads.classes_template, name="classes_template"),
    path("uploads/template/", uploads.template_file, name="template"),
    path("uploads/<uuid:pk>/", uploads.upload, name="upload"),
    path("uploads/<uuid:pk>/progress/", uploads.progress, name="upload_progress"),
    path("uploads/<uuid:pk>/marked/", uploads.marked_file, name="upload_marked"),
    path("uploads/<uuid:pk>/held/", uploads.held_rows, name="upload_held"),
    path("uploads/<uuid:pk>/submit/", uploads.submit, name="upload_submit"),
    path("uploads/<uuid:pk>/file/", uploads.file_rehearsal, name="upload_file"),
    path("uploads/<uuid:pk>/confirm/", uploads.confirm, name="upload_confirm"),
    path("uploads/<uuid:pk>/cancel/", uploads.cancel, name="upload_cancel"),
]
