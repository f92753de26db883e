"""Whom the demo's reps were in touch with, what was said, and who is left in peace for a while."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from collections_app.core.workdays import WorkCalendar
from collections_app.customers.holds import put_on_hold
from collections_app.customers.models import Customer
from collections_app.upkeep.demo_money import Files, Row

# How a rep follows up a lapse, by the rating: every so many days, so often at most.
RHYTHM = {"A": (7, 2), "B": (4, 3), "C": (2, 4), "D": (2, 5)}
OUTCOMES = ("put_off", "no_answer", "promised", "refused", "disputed", "paid")
HOW_OFTEN = (36, 26, 24, 5, 5, 4)
CHANNELS = ("phone", "phone", "wechat", "visit")
REASONED = frozenset({"put_off", "refused", "disputed"})
# What is said, by the reason given: in English, in Chinese.
SAID = {
    "cash_short": (
        "Short of cash until the month's receipts are in.",
        "资金周转困难，等本月货款到账。",
    ),
    "retailers_owe": (
        "Their outlets pay late; they will pass it on.",
        "下游终端回款慢，收到后转付。",
    ),
    "waiting_approval": ("With their finance for approval.", "付款单在财务审批中。"),
    "warehouse": ("Stock is still in the warehouse, sales are slow.", "仓库库存大，动销慢。"),
    "invoice_question": ("They miss two lines on the statement.", "对账单有两笔对不上。"),
    "product_fault": ("Wants the damaged cartons credited first.", "要求先处理破损货品。"),
    "family_event": ("The owner is away for a wedding.", "老板家办喜事，外出。"),
    "property_purchase": ("Put the money into a shop.", "资金用于购置门面。"),
}
DISPUTES = ("invoice_question", "product_fault")
PLAIN = {
    "promised": ("Will pay by then, sure.", "答应届时付款。"),
    "paid": ("Says the transfer went out this morning.", "称今早已转账。"),
    "no_answer": ("", ""),
}
HOLDS = (
    ("dispute", "Claim over a short delivery is being checked", "短少货品索赔核对中"),
    ("holiday", "Closed for stocktaking", "盘点停业"),
    ("negotiation", "New terms are being agreed", "正在商谈新账期"),
)
HOLD_EVERY, HOLD_FIRST, MOST_HOLDS = 13, 5, 12


class Contacts:
    """One customer's follow-ups until the day before ``on``; by a source of chance of their own."""

    def __init__(
        self,
        code: str,
        *,
        rating: str,
        random: Random,
        is_english: bool,
        on: date,
        calendar: WorkCalendar,
        files: Files,
    ) -> None:
        self.code, self.rating, self.random = code, rating, random
        self.place = 0 if is_english else 1
        self.on, self.calendar, self.files = on, calendar, files
        self.taken: set[str] = set()

    def promised(self, made: date, due: date) -> None:
        """Now and then a promise was logged as the contact that it was."""
        if self.random.random() < 0.3:
            self._log(made, "promised", "", due)

    def chase(self, due: date, *, until: date | None) -> None:
        """Follow up what was not paid by its day, until it came; now and then nobody did."""
        every, most = RHYTHM[self.rating]
        day = self.calendar.after(due, 2)
        for _place in range(self.random.randint(0, most)):
            if until is not None and day >= until:
                return
            outcome = self.random.choices(OUTCOMES, weights=HOW_OFTEN)[0]
            known = DISPUTES if outcome == "disputed" else tuple(SAID)
            reason = self.random.choice(known) if outcome in REASONED else ""
            following = self.calendar.on_or_after(
                day + timedelta(days=every + self.random.randint(0, every))
            )
            self._log(day, outcome, reason, following if outcome != "paid" else None)
            day = following

    def _log(self, day: date, outcome: str, reason: str, next_on: date | None) -> None:
        at = f"{day} {self.random.randint(9, 17):02}:{self.random.choice((0, 10, 25, 40, 55)):02}"
        if day >= self.on or at in self.taken:
            return
        self.taken.add(at)
        row: Row = {
            "customer_code": self.code,
            "at": at,
            "outcome": outcome,
            "channel": self.random.choice(CHANNELS),
            "reason": reason,
            "next_on": next_on or "",
            "note": (SAID[reason] if reason else PLAIN[outcome])[self.place],
        }
        self.files.followups.append(row)


def hold_some(*, on: date, calendar: WorkCalendar) -> None:
    """Leave some customers in peace for a while, each for a reason."""
    customers = Customer.objects.select_related("owner").order_by("code")
    some = customers[HOLD_FIRST : HOLD_FIRST + HOLD_EVERY * MOST_HOLDS : HOLD_EVERY]
    for place, customer in enumerate(some):
        kind, english, chinese = HOLDS[place % len(HOLDS)]
        put_on_hold(
            customer=customer,
            kind=kind,
            note=english if customer.owner.language == "en" else chinese,
            ends_on=calendar.after(on, 3 + 2 * (place % 4)),
            by=customer.owner,
            on=on,
        )
