"""Commands for deals that stand in the CRM again under another id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from salesops_tui.cli.output import emit, emit_json, emit_lines, format_option, warn
from salesops_tui.errors import WrongUsage

if TYPE_CHECKING:
    from salesops_tui.services.context import Context
    from salesops_tui.services.linking import LinkedDeal, LinkMade, LookAlike


@click.command("link")
@click.argument("new", required=False)
@click.argument("earlier", required=False)
@click.option("--as", "kind", type=click.Choice(["continuation", "split"]), help="What NEW is of EARLIER.")
@format_option
@click.pass_context
def link(ctx: click.Context, new: str | None, earlier: str | None, kind: str | None, form: str) -> None:
    """Say that NEW continues EARLIER or was split off it: one history, and the cap is inherited.

    Without ids: the deals that look alike, and the links that there are.
    """
    from salesops_tui.services import linking

    context = ctx.obj.open()
    if new is None:
        _show(form, linking.look_alikes(context), linking.all_links(context), context)
        return
    if earlier is None or kind is None:
        raise WrongUsage("name both deals and what the first is of the other: link NEW EARLIER --as continuation")
    _say(form, linking.link_deals(context, new, earlier, kind))


@click.command("unlink")
@click.argument("deal")
@format_option
@click.pass_context
def unlink(ctx: click.Context, deal: str, form: str) -> None:
    """Take back what DEAL was linked to; a cap that it had inherited ends."""
    from salesops_tui.services import linking

    _say(form, linking.unlink_deal(ctx.obj.open(), deal))


def _say(form: str, made: LinkMade) -> None:
    if form == "json":
        emit_json({"text": made.text, "deal": made.deal, "category_before": made.before, "category_after": made.after})
    else:
        emit_lines([made.text])


def _show(form: str, alike: Sequence[LookAlike], links: Sequence[LinkedDeal], context: Context) -> None:
    from salesops_tui.domain.money import decimal_string

    money = context.policy.currency
    found: list[dict[str, Any]] = [
        {
            "new": a.new.key, "name": a.new.name, "amount": decimal_string(a.new.amount, money),
            "earlier": a.earlier.key, "as": a.kind, "capped": a.capped, "gone": a.gone, "why": a.why,
        }
        for a in alike
    ]  # fmt: skip
    known = [
        {"deal": e.deal.key, "earlier": e.earlier.key, "as": e.kind, "by": e.by, "at": context.calendar.iso(e.at)}
        for e in links
    ]
    rows: list[Sequence[str | int | None]] = []
    rows += [(f["new"], f["amount"], f["earlier"], f"{f['as']}?", f["why"]) for f in found]
    rows += [(k["deal"], "", k["earlier"], k["as"], f"linked by {k['by']}, {k['at'][:10]}") for k in known]
    if form in ("table", "md") and not rows:
        warn("no deal looks like a capped or vanished one, and none is linked")
    emit(form, {"look_alikes": found, "links": known}, ("new", "amount", "earlier", "as", "why"), rows)
