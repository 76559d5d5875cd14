import django.db.models.deletion
import django_fsm
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

from pool.db import OnlyColumns, PublicBodiesOnly


class Migration(migrations.Migration):

    dependencies = [
        ('claims', '0011_questions'),
        ('pool', '0012_holiday_notices'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Reconsideration',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版本')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='建立时间')),
                ('state', django_fsm.FSMField(choices=[('proposed', '待终审决定'), ('agreed', '已重新审核'), ('declined', '不予重新审核')], default='proposed', max_length=8, protected=True, verbose_name='状态')),
                ('reason', models.TextField(verbose_name='重新审核的理由')),
                ('proposed_on', models.DateField(verbose_name='提出日期')),
                ('decided_on', models.DateField(blank=True, null=True, verbose_name='决定日期')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='决定时间')),
                ('decision_reason', models.TextField(blank=True, verbose_name='决定理由')),
                ('claim', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reconsiderations', to='claims.claim', verbose_name='风险补偿申请')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='决定人')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提出人')),
                ('scheme', models.ForeignKey(default='shenzhen', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pool.scheme', verbose_name='资金池方案')),
            ],
            options={
                'verbose_name': '重新审核',
                'verbose_name_plural': '重新审核',
                'ordering': ['created_at'],
                'abstract': False,
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'proposed')), fields=('claim',), name='one_open_reconsideration_per_claim'), models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='reconsideration_decided_by_another'), models.CheckConstraint(condition=models.Q(('state', 'proposed'), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('decided_on__isnull', False), models.Q(('decision_reason', ''), _negated=True)), _connector='OR'), name='reconsideration_decided_with_a_reason')],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        PublicBodiesOnly("claims_reconsideration"),
        OnlyColumns(
            "claims_reconsideration",
            ["state", "version", "decided_by_id", "decided_on", "decided_at", "decision_reason"],
            by_trigger=True,
        ),
    ]
