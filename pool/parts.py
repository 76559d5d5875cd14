"""Words that every room's registration shares: the groups of the navigation, and everybody."""

from django.utils.translation import gettext_lazy

from pool.models import Role

EVERYBODY = frozenset(Role)
WORK = gettext_lazy("工作")
MONEY = gettext_lazy("资金")
LAW = gettext_lazy("规则与数据")
KEEPING = gettext_lazy("系统管理")
