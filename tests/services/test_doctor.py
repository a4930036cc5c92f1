"""The doctor names what is weak: permissions, folders, links, file systems, the account and the rule of sudo."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from salesops_tui.services import doctor, doctor_access
from salesops_tui.services.doctor import examine
from salesops_tui.services.identity import login_name
from salesops_tui.services.starting import share_store
from tests.company import Company


@pytest.fixture
def store(tmp_path: Path) -> Path:
    folder = tmp_path / "srv"
    folder.mkdir(mode=0o700)
    company = Company(folder / "store.db")
    company.claim("D1")
    company.store.close()
    return company.path


def found(store: Path, *levels: str) -> list[str]:
    return [f"{f.what}: {f.found} {f.advice}" for f in examine(store) if f.level in (levels or ("bad",))]


def test_a_store_of_ones_own_is_fine(store: Path) -> None:
    assert found(store) == []


@pytest.mark.parametrize(
    ("weaken", "named"),
    [
        (lambda s: s.chmod(0o604), "permissions: 0604"),
        (lambda s: s.chmod(0o662), "permissions: 0662"),
        (lambda s: s.parent.chmod(0o777), "0777"),
        (lambda s: s.parent.chmod(0o730), "chmod g-w"),
        (lambda s: s.with_name("store.db-lock").chmod(0o666), "permissions of -lock: 0666"),
        (lambda s: os.mkfifo(s.with_name("store.db-wal")), "store.db-wal is no plain file"),
        (lambda s: os.link(s.with_name("store.db-lock"), s.parent / "l"), "store.db-lock is no plain file"),
        (lambda s: os.link(s, s.with_name("other")), "2 hard links"),
        (lambda s: s.chmod(0o660), "chmod g+s"),
    ],
)
def test_each_weak_permission_is_named(store: Path, weaken: Callable[[Path], object], named: str) -> None:
    weaken(store)
    assert any(named in line for line in found(store)), found(store)


def test_what_sqlite_keeps_beside_the_store_is_looked_at_while_it_is_in_use(store: Path) -> None:
    conn = sqlite3.connect(store)
    conn.execute("INSERT INTO presence VALUES (1, 'x', NULL, NULL, '', 1, 1)")
    conn.commit()
    for suffix in ("-wal", "-shm"):
        store.with_name(store.name + suffix).chmod(0o644)
    said = found(store)
    conn.close()
    assert any("of -wal: 0644" in line for line in said)
    assert any("of -shm: 0644" in line for line in said)


def test_a_folder_above_that_others_may_write_is_named(store: Path) -> None:
    store.parent.parent.chmod(0o777)
    assert any(str(store.parent.parent) in line for line in found(store))


def test_a_link_is_named(store: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(store)
    assert any("points to" in line for line in found(link, "note"))


def test_a_network_file_system_and_a_missing_log_are_named(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_file_system", lambda _path: "nfs4")
    conn = sqlite3.connect(store)
    conn.execute("PRAGMA journal_mode = DELETE")
    conn.close()
    said = found(store)
    assert any(line.startswith("file system: nfs4") for line in said)
    assert any(line.startswith("journal: delete") for line in said)


def test_an_account_that_does_not_own_the_store_is_named(store: Path) -> None:
    company_of(store, "daemon")
    said = found(store)
    assert any("held by daemon, owned by" in line for line in said), said


def test_an_account_whose_store_others_read_is_named(store: Path) -> None:
    if login_name() == "root":
        pytest.skip("root holds no store for others")
    company_of(store, login_name())
    store.chmod(0o640)
    assert any("0640" in line for line in found(store))


def company_of(store: Path, account: str) -> None:
    from salesops_tui.services.context import Context
    from salesops_tui.store.connection import open_store
    from salesops_tui.store.people import person_by_key

    with open_store(store) as opened:
        share_store(Context(opened, person_by_key(opened.conn, "olga")), account)


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("%sales ALL=(salesops) NOPASSWD: /usr/local/bin/salesops-shared", ""),
        ("Defaults!/usr/local/bin/salesops-shared env_reset, !setenv", ""),
        ("bob ALL=(salesops) NOPASSWD: ALL", "anything"),
        ("bob ALL=(salesops) NOPASSWD:SETENV: /usr/local/bin/salesops-shared", "variable"),
        ("bob ALL=(salesops) /opt/salesops/bin/python -I -m salesops_tui *", "options"),
        ("bob ALL=(salesops) /usr/bin/salesops *", "options"),
        ("Defaults !env_reset", "variable"),
        ("Defaults setenv", "variable"),
    ],
)
def test_a_weak_rule_of_sudo_is_named(rule: str, why: str) -> None:
    said = doctor_access._weakness(rule)
    assert (why in said) if why else said == ""


def test_the_program_of_a_rule_is_looked_at_and_the_folders_above_it(tmp_path: Path) -> None:
    program = tmp_path / "bin" / "salesops-shared"
    program.parent.mkdir(mode=0o755)
    program.touch(mode=0o755)
    assert list(doctor_access._programs(f"%sales ALL=(salesops) NOPASSWD: {program} deals, /bin/x")) == [
        str(program),
        "/bin/x",
    ]
    link = tmp_path / "link"
    link.symlink_to(program)
    if login_name() == "root":
        assert list(doctor_access._changeable([str(program), str(link), "/nowhere/x"])) == []
    program.parent.chmod(0o777)
    for named in (program, link):
        first, *_ = doctor_access._changeable([str(named)])
        assert first.level == "bad"
        assert first.found.startswith(str(program.parent) if login_name() == "root" else "/")


def test_how_much_there_is_is_for_those_who_may_see_it(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for login, tells in (("lee", False), ("dana", False), ("olga", True)):
        monkeypatch.setattr("salesops_tui.services.identity.login_name", lambda login=login: login)
        line = next(f.found for f in examine(store) if f.what == "store")
        assert ("deals" in line) is tells, login


def test_a_schemas_number_that_was_set_back_is_named(store: Path) -> None:
    conn = sqlite3.connect(store)
    conn.execute("PRAGMA user_version = 1")
    conn.close()
    assert any("though its number (user_version) says 1" in line for line in found(store))
