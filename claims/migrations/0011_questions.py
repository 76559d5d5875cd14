import django.db.models.deletion
import django_fsm
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

from pool.db import OnlyColumns, RowSecurity, SameBank


class Migration(migrations.Migration):

    dependencies = [
        ('banks', '0007_sanctions'),
        ('claims', '0010_special_approvals'),
        ('pool', '0012_holiday_notices'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版本')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='建立时间')),
                ('round', models.PositiveSmallIntegerField(verbose_name='次序')),
                ('state', django_fsm.FSMField(choices=[('asked', '待银行答复'), ('prepared', '答复待复核提交'), ('answered', '已答复'), ('withdrawn', '已撤回')], default='asked', max_length=10, protected=True, verbose_name='状态')),
                ('text', models.TextField(verbose_name='询问内容')),
                ('items', models.JSONField(blank=True, default=list, verbose_name='需补充的材料')),
                ('asked_on', models.DateField(verbose_name='询问日期')),
                ('answer_by', models.DateField(verbose_name='答复截止日')),
                ('reply', models.TextField(blank=True, verbose_name='答复内容')),
                ('answered_on', models.DateField(blank=True, null=True, verbose_name='答复日期')),
                ('withdrawn_on', models.DateField(blank=True, null=True, verbose_name='撤回日期')),
                ('withdrawn_because', models.TextField(blank=True, verbose_name='撤回原因')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='询问人')),
                ('bank', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='banks.bank', verbose_name='加盟银行')),
                ('branch', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='banks.branch', verbose_name='分支机构')),
                ('claim', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='questions', to='claims.claim', verbose_name='风险补偿申请')),
                ('prepared_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='经办人')),
                ('scheme', models.ForeignKey(default='shenzhen', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pool.scheme', verbose_name='资金池方案')),
                ('submitted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='复核人')),
                ('withdrawn_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='撤回人')),
            ],
            options={
                'verbose_name': '审核询问',
                'verbose_name_plural': '审核询问',
                'ordering': ['claim', 'round'],
                'abstract': False,
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name='QuestionPaper',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版本')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='建立时间')),
                ('item', models.CharField(max_length=40, verbose_name='材料类别')),
                ('superseded', models.BooleanField(default=False, verbose_name='已替换')),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='上传人')),
                ('bank', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='banks.bank', verbose_name='加盟银行')),
                ('branch', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='banks.branch', verbose_name='分支机构')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pool.storedfile', verbose_name='文件')),
                ('question', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='claims.question', verbose_name='审核询问')),
                ('scheme', models.ForeignKey(default='shenzhen', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pool.scheme', verbose_name='资金池方案')),
            ],
            options={
                'verbose_name': '答复材料',
                'verbose_name_plural': '答复材料',
                'abstract': False,
            },
        ),
        migrations.AddIndex(
            model_name='question',
            index=models.Index(condition=models.Q(('state__in', ['asked', 'prepared'])), fields=['bank'], name='question_open_by_bank'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.UniqueConstraint(fields=('claim', 'round'), name='question_round_once'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['asked', 'prepared'])), fields=('claim',), name='one_open_question_per_claim'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.CheckConstraint(condition=models.Q(('submitted_by__isnull', True), models.Q(('submitted_by', models.F('prepared_by')), _negated=True), _connector='OR'), name='reply_submitted_by_another'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'answered'), _negated=True), models.Q(('answered_on__isnull', False), ('prepared_by__isnull', False), ('submitted_by__isnull', False), models.Q(('reply', ''), _negated=True)), _connector='OR'), name='answered_by_two_with_words'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'withdrawn'), _negated=True), models.Q(('withdrawn_on__isnull', False), models.Q(('withdrawn_because', ''), _negated=True)), _connector='OR'), name='question_withdrawn_with_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='questionpaper',
            constraint=models.UniqueConstraint(condition=models.Q(('superseded', False)), fields=('question', 'item'), name='one_current_reply_paper_per_item'),
        ),
        RowSecurity("claims_question"),
        SameBank("claims_question", "claim_id", "claims_claim"),
        OnlyColumns(
            "claims_question",
            [
                "state", "version", "answer_by", "reply", "prepared_by_id", "submitted_by_id", "answered_on",
                "withdrawn_by_id", "withdrawn_on", "withdrawn_because",
            ],
            by_trigger=True,
        ),
        RowSecurity("claims_questionpaper"),
        SameBank("claims_questionpaper", "question_id", "claims_question"),
        OnlyColumns("claims_questionpaper", ["superseded", "version"]),
    ]
