"""Work done side by side, each in a thread and on a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.models import Model


def side_by_side(*works: Callable[[], object]) -> None:
    """Begin all at the same instant; raise where one of them raised."""
    start = threading.Barrier(len(works))
    faults: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            start.wait()
            work()
        except BaseException as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


@contextmanager
def without_constraint(model: type[Model], name: str) -> Iterator[None]:
    """The constraint away for a while; the model's rows are gone when it comes back.

    It comes back as the model declares it, so that no copy of it here can grow old.
    """
    constraint = next(each for each in model._meta.constraints if each.name == name)
    with connection.schema_editor() as editor:
        editor.remove_constraint(model, constraint)
    try:
        yield
    finally:
        model._default_manager.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(model, constraint)
