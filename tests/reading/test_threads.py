"""A call in another thread: its result, its error, and where there is no other thread."""

from __future__ import annotations

import threading

import pytest

from import_contracts.reading.threads import started


def test_the_call_goes_on_while_this_thread_does_something_else() -> None:
    met = threading.Barrier(2, timeout=10)
    result = started(lambda: (met.wait(), threading.current_thread().name)[1])
    met.wait()
    assert result() == "in_thread"
    assert result() == "in_thread"


@pytest.mark.parametrize("error", [ValueError("odd"), KeyboardInterrupt()])
def test_what_the_call_raises_is_raised_where_its_result_is_asked_for(error: BaseException) -> None:
    def fail() -> None:
        raise error

    result = started(fail)
    with pytest.raises(type(error)) as caught:
        result()
    assert caught.value is error


def test_where_no_thread_can_be_started_the_call_is_made_when_its_result_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    names: list[str] = []
    result = started(lambda: names.append(threading.current_thread().name))
    assert names == []
    result()
    assert names == [threading.current_thread().name]
