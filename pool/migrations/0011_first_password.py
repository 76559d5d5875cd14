from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pool', '0010_downloads'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='password_given_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='初始密码发放时间'),
        ),
        # What was given before is reckoned from the day of the upgrade.
        migrations.RunSQL(
            "UPDATE pool_user SET password_given_at = now() WHERE must_change_password", migrations.RunSQL.noop
        ),
    ]
