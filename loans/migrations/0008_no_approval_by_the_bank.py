"""Special approvals (16(5)) are the manager's register; the column that no upload ever filled goes (decision 0016)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("loans", "0007_rehearsals"),
    ]

    operations = [
        migrations.RemoveField(model_name="loan", name="special_approval"),
    ]
