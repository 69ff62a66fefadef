from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from clerk_app.store.books.spans import Spans


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 12))))
def test_spans_hold_the_same_numbers_as_a_set_in_the_fewest_runs(steps: list[tuple[bool, int]]) -> None:
    spans, plain = Spans(), set[int]()
    for add, number in steps:
        before = list(spans)
        after = spans.adding(number) if add else spans.removing(number)
        assert list(spans) == before
        spans = after
        (plain.add if add else plain.discard)(number)
        assert list(spans) == sorted(plain)
        assert len(spans) == len(plain)
        assert all((n in spans) == (n in plain) for n in range(15))
    runs = spans.plain() or []
    assert all(one[1] + 1 < two[0] for one, two in itertools.pairwise(runs))
    assert list(Spans(runs)) == sorted(plain)
