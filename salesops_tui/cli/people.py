"""Who is in the store."""

from __future__ import annotations

import click

from salesops_tui.cli.output import emit, format_option
from salesops_tui.cli.session import Session


@click.command()
@format_option
@click.pass_obj
def people(session: Session, form: str) -> None:
    """List the people with their managers, as they are now: all whom you may see, and the line above you."""
    from salesops_tui.services.permission import colleagues
    from salesops_tui.store.people import managers_at

    context = session.open()
    lines = managers_at(context.store.conn, context.now())
    plain = [
        {
            "id": p.key,
            "name": p.name,
            "role": p.role.value,
            "manager": context.people[boss].key if (boss := lines.get(p.id)) is not None else "",
            "login": p.login,
            "email": p.email,
            "region": p.region,
        }
        for p in colleagues(context)
    ]
    emit(
        form,
        {"people": plain},
        ("id", "name", "role", "manager", "login", "email", "region"),
        [tuple(p.values()) for p in plain],
    )
