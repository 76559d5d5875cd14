"""What a person keeps of a list. It is theirs alone and changes no business, so nothing of it is audited."""

from uuid import UUID

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from pool.errors import Refused
from pool.lists import Listing, filter_of
from pool.models import ColumnChoice, SavedFilter, User

MOST = 20
LONGEST = 1000


@transaction.atomic
def save_filter(*, listing: Listing, name: str, query: str, by: User) -> SavedFilter:
    """Under a name that is taken the new question replaces the old one."""
    name, asked = name.strip()[:40], filter_of(QueryDict(query))
    if not name:
        raise Refused("name_missing", _("请给筛选起一个名称。"), field="name")
    if not asked or len(asked) > LONGEST:
        raise Refused("no_filter", _("请先查询，再保存查询条件。"), field="name")
    rows = SavedFilter.objects.filter(user=by, listing=listing.name)
    if rows.exclude(name=name).count() >= MOST:
        raise Refused("too_many_filters", _("最多保存 %(most)s 个筛选，请先删除不用的。") % {"most": MOST})
    row: SavedFilter = rows.update_or_create(user=by, listing=listing.name, name=name, defaults={"query": asked})[0]
    return row


@transaction.atomic
def drop_filter(*, filter_id: UUID, by: User) -> None:
    SavedFilter.objects.filter(pk=filter_id, user=by).delete()


@transaction.atomic
def choose_columns(*, listing: Listing, columns: list[str], by: User) -> ColumnChoice | None:
    """None chosen is the list as it comes."""
    known = [column.name for column in listing.columns(by)]
    wanted = [name for name in known if name in columns]
    rows = ColumnChoice.objects.filter(user=by, listing=listing.name)
    if not wanted:
        rows.delete()
        return None
    row: ColumnChoice = rows.update_or_create(user=by, listing=listing.name, defaults={"columns": wanted})[0]
    return row
