"""Who wants to hear of a new issue of a series: readers of reports, and no bank."""

import django.db.models.deletion
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models

from pool.db import NoTruncate, PublicBodiesOnly


class Migration(migrations.Migration):

    dependencies = [
        ('evaluation', '0012_difference_list'),
        ('pool', '0013_reference_batches'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Subscription',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版本')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='建立时间')),
                ('series', models.CharField(choices=[('half_year', '半年度统计报告'), ('evaluation', '年度绩效评价报告'), ('supervisory', '监管指标报告'), ('inspection', '监督检查报告'), ('partners', '加盟银行名单'), ('open_data', '公开数据'), ('differences', '清收返还差异清单')], max_length=12, verbose_name='报告系列')),
                ('since', models.DateField(verbose_name='订阅日期')),
                ('scheme', models.ForeignKey(default='shenzhen', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pool.scheme', verbose_name='资金池方案')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='订阅人')),
            ],
            options={
                'verbose_name': '报告订阅',
                'verbose_name_plural': '报告订阅',
                'ordering': ['series', 'user'],
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('user', 'series'), name='subscription_once')],
            },
        ),
        PublicBodiesOnly("evaluation_subscription"),
        NoTruncate("evaluation_subscription"),
    ]
