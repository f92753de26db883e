"""Servers that any number of processes share, and that come back whatever was killed."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import redis

from collections_app.embedded import processes
from collections_app.embedded.services import Services
from tests.embedded.conftest import User
from tests.migrated import copy_folder

Join = Callable[..., Services]


def ask(services: Services, statement: str) -> object:
    """Run one statement and commit; the first column of its first row, if it has any."""
    with psycopg.connect(services.postgres.url) as connection:
        cursor = connection.execute(statement)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def ping(services: Services) -> bool:
    with redis.Redis.from_url(services.valkey.url) as client:
        return bool(client.ping())


def pids(services: Services) -> list[int | None]:
    return [services.postgres.pid(), services.valkey.pid()]


def test_the_servers_answer_while_joined_and_stop_with_the_last_user(join: Join) -> None:
    services = join()
    assert ask(services, "SELECT 1") == 1
    assert ping(services)
    assert services.leave() is True
    assert pids(services) == [None, None]
    assert processes.all_in(services.places.home) == []


def test_a_user_that_leaves_lets_the_others_have_the_servers(
    join: Join, start_user: Callable[[], User]
) -> None:
    user = start_user()
    before = user.pids()
    services = join()
    user.leave()
    assert pids(services) == before
    assert ask(services, "SELECT 1") == 1


def test_two_starts_at_once_make_one_server(start_user: Callable[[], User]) -> None:
    users = [start_user() for _ in range(4)]
    assert len({tuple(user.pids()) for user in users}) == 1


def test_servers_of_a_killed_user_are_taken_over_and_stopped(
    join: Join, start_user: Callable[[], User]
) -> None:
    user = start_user()
    before = user.pids()
    user.kill()
    services = join()
    assert pids(services) == before
    assert services.leave() is True
    assert pids(services) == [None, None]


@pytest.mark.parametrize("server", ["postgres", "valkey"])
def test_a_killed_server_comes_back_on_its_port(join: Join, server: str) -> None:
    services = join()
    url = services.postgres.url, services.valkey.url
    before = pids(services)
    victim = getattr(services, server).pid()
    os.kill(victim, signal.SIGKILL)
    assert processes.wait_until(lambda: not services.are_running(), 5)
    revived = services.revive()
    assert revived == [getattr(services, server).name]
    assert (services.postgres.url, services.valkey.url) == url
    assert victim in before
    assert victim not in pids(services)
    assert ask(services, "SELECT 1") == 1
    assert ping(services)


def test_what_was_committed_outlives_a_kill_of_the_server(empty_dir: Path) -> None:
    services = Services(empty_dir)  # durable, as in daily life
    services.join()
    try:
        ask(services, "CREATE TABLE fact (id int)")
        for number in range(5):
            ask(services, f"INSERT INTO fact VALUES ({number})")
            pid = services.postgres.pid()
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            services.revive()
        assert ask(services, "SELECT count(*) FROM fact") == 5
        assert ask(services, "SHOW fsync") == "on"
    finally:
        services.leave()


def test_a_servers_children_that_outlive_it_do_not_keep_it_from_coming_back(join: Join) -> None:
    services = join()
    pid = services.postgres.pid()
    with psycopg.connect(services.postgres.url) as connection:
        backend = connection.info.backend_pid
        os.kill(backend, signal.SIGSTOP)  # so that it cannot see that its parent died
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        services.revive()
        assert ask(services, "SELECT 1") == 1
        assert not processes.works_in(backend, services.places.home)


def test_numbers_that_now_belong_to_another_process_are_not_believed(
    data_dir: Path, join: Join
) -> None:
    before = join()
    before.leave()
    home = before.places.home
    owner = home.stat()
    for path in (home / "postmaster.pid", data_dir / "valkey.pid"):
        path.write_text(f"{os.getpid()}\n{home}\n0\n1\n\n\n\n")
        os.chown(path, owner.st_uid, owner.st_gid)
    services = join()
    assert ask(services, "SELECT 1") == 1
    assert os.getpid() not in pids(services)
    services.leave()  # and the process that has the number now, this one, is left alone


def test_a_copied_data_folder_has_servers_of_its_own(join: Join, empty_dir: Path) -> None:
    original = join()
    if original.places.moved:
        pytest.skip("the database lies elsewhere: test_places has what becomes of a copy then")
    copy_folder(original.data_dir, empty_dir)
    copy = join(empty_dir)
    ask(copy, "CREATE TABLE only_in_the_copy (id int)")
    assert not set(pids(copy)) & set(pids(original))
    assert copy.leave() is True
    assert original.are_running()
    assert ask(original, "SELECT to_regclass('only_in_the_copy')") is None


def test_a_port_that_somebody_else_took_is_left_to_them(data_dir: Path, join: Join) -> None:
    known = Services(data_dir, durable=False)
    with socket.create_server(("127.0.0.1", known.valkey.port)):
        services = join()
        assert services.valkey.port != known.valkey.port
        assert services.postgres.port == known.postgres.port
        assert ping(services)


def test_a_cluster_half_made_is_made_anew(empty_dir: Path) -> None:
    services = Services(empty_dir, durable=False)
    home = services.places.home
    half, secret = home.with_name(f"{home.name}.new"), home.with_name(f"{home.name}.password")
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    secret.write_text("left behind")
    services.join()
    try:
        assert ask(services, "SHOW server_encoding") == "UTF8"
        assert not half.exists()
        assert not secret.exists()
    finally:
        services.leave()


def test_a_forked_child_leaves_nothing_that_it_did_not_join(join: Join) -> None:
    services = join()
    child = os.fork()
    if child == 0:
        os._exit(0 if services.leave() is False else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert services.are_running()


def test_passwords_are_for_us_alone_and_the_product_is_no_superuser(join: Join) -> None:
    services = join()
    for name in ("embedded.json", "valkey.conf"):
        assert (services.data_dir / name).stat().st_mode & 0o077 == 0
    assert services.places.home.stat().st_mode & 0o077 == 0
    assert ask(services, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
    wrong = services.postgres.url.replace("kept:", "kept:x", 1)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(wrong)
    with (
        redis.Redis(port=services.valkey.port) as client,
        pytest.raises(redis.AuthenticationError),
    ):
        client.ping()


def test_sorting_is_by_bytes_and_the_zone_is_utc_whatever_our_own(join: Join) -> None:
    services = join()
    assert ask(services, "SHOW timezone") == "UTC"
    assert ask(services, "SELECT datcollate FROM pg_database WHERE datname = 'kept'") == "C"
    assert ask(services, "SHOW jit") == "off"
