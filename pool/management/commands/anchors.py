"""`manage.py anchors`: is the database as far as its last anchor? Exit status 1 while money is stopped."""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from pool import scope
from pool.errors import Refused
from pool.services import anchors


class Command(BaseCommand):
    help = "Compare the database with its last anchor; exit 1 while no money may move."

    def handle(self, *args: Any, **options: Any) -> None:
        with scope.everything():
            try:
                anchors.require_whole()
            except Refused as no:
                self.stdout.write(str(no))
                sys.exit(1)
            newest = anchors.last()
        if newest is None:
            self.stdout.write(_("尚未写入锚点，今日任务运行后写入第一条。"))
        else:
            told = {"day": newest.on, "seq": newest.seq}
            self.stdout.write(_("数据库与 %(day)s 的锚点（第 %(seq)s 号）一致。") % told)
