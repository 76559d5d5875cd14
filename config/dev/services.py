"""PostgreSQL and Valkey for as long as somebody needs them.

Each user of a set (`demo`, `test`) holds a shared lock; the last to leave stops the servers. A killed user's lock goes
with it, so the next one finds the servers running, uses them and stops them."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from config.dev.places import kept_secrets, own_folder
from config.dev.postgres import APPLICATION, AUDIT, OWNER, REPORT, WORKER, Cluster, cluster
from config.dev.valkey import Doorbell, doorbell


class Services:
    """The servers called `name`. What DATABASE_URL or REDIS_URL name already is used as it is."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.own_cluster: Cluster | None = None if os.environ.get("DATABASE_URL") else cluster(name)
        self.own_doorbell: Doorbell | None = None if os.environ.get("REDIS_URL") else doorbell(name)
        self._users: IO[str] | None = None

    def start(self) -> None:
        with self._door():
            users = (own_folder(self.name) / "users.lock").open("w")
            fcntl.flock(users, fcntl.LOCK_SH)
            self._users = users
            if self.own_cluster:
                self.own_cluster.start()
            if self.own_doorbell:
                self.own_doorbell.start()

    def stop(self) -> None:
        """Leave; the last one puts out the light."""
        if self._users is None:
            return
        with self._door(), self._users as users:
            self._users = None
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            self._stop_servers()

    def _stop_servers(self) -> None:
        if self.own_doorbell:
            self.own_doorbell.stop()
        if self.own_cluster:
            self.own_cluster.stop()

    def environment(self) -> dict[str, str]:
        """What the children need and was not given by the caller's environment."""
        given = {"DJANGO_SETTINGS_MODULE": "config.settings", **kept_secrets(self.name)}
        given["MEDIA_ROOT"] = str(own_folder(self.name) / "media")
        if self.name == "demo":
            given |= {"DEMO": "1", "CLOCK_MAY_MOVE": "1", "ANCHOR_FOLDER": str(own_folder(self.name) / "anchors")}
        if self.own_cluster:
            given["DATABASE_URL"] = self.own_cluster.url(APPLICATION)
            for name, role in (("OWNER", OWNER), ("WORKER", WORKER), ("REPORT", REPORT), ("AUDIT", AUDIT)):
                given[f"DATABASE_{name}_URL"] = self.own_cluster.url(role)
        if self.own_doorbell:
            given["REDIS_URL"] = self.own_doorbell.url
        return {key: value for key, value in given.items() if key not in os.environ}

    @contextmanager
    def _door(self) -> Iterator[None]:
        """One at a time through starting and stopping."""
        with (own_folder(self.name) / "door.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


@contextmanager
def services(name: str) -> Iterator[dict[str, str]]:
    """The whole environment for children, with the servers up."""
    running = Services(name)
    running.start()
    try:
        yield os.environ | running.environment()
    finally:
        running.stop()
