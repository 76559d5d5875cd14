from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('evaluation', '0011_open_data'),
    ]

    operations = [
        migrations.AlterField(
            model_name='report',
            name='kind',
            field=models.CharField(choices=[('half_year', '半年度统计报告'), ('evaluation', '年度绩效评价报告'), ('supervisory', '监管指标报告'), ('inspection', '监督检查报告'), ('partners', '加盟银行名单'), ('open_data', '公开数据'), ('differences', '清收返还差异清单')], max_length=12, verbose_name='报告类型'),
        ),
    ]
