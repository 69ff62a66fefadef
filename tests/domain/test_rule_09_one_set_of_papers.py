"""Rule 9: joint intake asks for the same paper once, never for less than any of its items, and says what is saved."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.catalogue import Answer, Due, Form, Material, Necessity, ServiceItem, Situation
from clerk_app.domain.checklist import Tally, applicable, deficits, is_due, satisfied_by_counts, unanswered
from clerk_app.domain.joint import JointChecklist, Saved, item_answers, merge, questions, saved, split
from tests.support.checklists import TODAY, enough, item, items, tallies

ANSWERS = st.fixed_dictionaries(
    {}, optional={key: st.sampled_from(["yes", "no"]) for key in ("s", "A/s", "B/s", "C/s")}
)
JOINT = st.lists(st.sampled_from("ABC"), min_size=1, max_size=3, unique=True).flatmap(
    lambda codes: st.tuples(*(items(code) for code in codes))
)


def own_lines(all_items: tuple[ServiceItem, ...], one: ServiceItem, answers: dict[str, str]) -> tuple[Material, ...]:
    return applicable(one.materials, item_answers(all_items, one, answers))


def demands(checklist: JointChecklist) -> dict[str, tuple[Due, Necessity, Form, int | None]]:
    return {
        x.key: (x.material.due, x.material.necessity, x.material.form, x.material.validity_days)
        for x in checklist.lines
    }


@given(joint=JOINT, answers=ANSWERS, data=st.data())
def test_what_satisfies_the_merged_list_satisfies_every_item(
    joint: tuple[ServiceItem, ...], answers: dict[str, str], data: st.DataObject
) -> None:
    merged = merge(joint, answers)
    brought = {x.key: data.draw(tallies(x.key) | st.just(enough(x.material, TODAY))) for x in merged.lines}
    handed = split(merged, brought)
    open_keys = {d.material for d in deficits(merged.materials, brought, TODAY)}

    for one in joint:
        for line in own_lines(joint, one, answers):
            if merged.key_of(one.code, line.id) not in open_keys:
                assert deficits([line], handed[one.code], TODAY) == ()


@given(joint=JOINT, answers=ANSWERS)
def test_the_least_for_the_merged_list_completes_every_item(
    joint: tuple[ServiceItem, ...], answers: dict[str, str]
) -> None:
    merged = merge(joint, answers)
    handed = split(merged, {x.key: enough(x.material, TODAY) for x in merged.lines if is_due(x.material)})

    for one in joint:
        assert deficits(own_lines(joint, one, answers), handed.get(one.code, {}), TODAY) == ()


@given(joint=JOINT, answers=ANSWERS, data=st.data())
def test_the_merged_list_asks_for_no_more_than_its_items_do(
    joint: tuple[ServiceItem, ...], answers: dict[str, str], data: st.DataObject
) -> None:
    for line in merge(joint, answers).lines:
        by_source = {(one.code, m.id): m for one in joint for m in one.materials}
        due = [by_source[s] for s in line.sources if is_due(by_source[s])]
        brought = replace(data.draw(tallies(line.key)), defect=None)

        assert is_due(line.material) == bool(due)
        # A list of counts cannot say "this paper, and that one or a file": there the paper is asked for.
        if len({m.form is Form.PAPER_OR_ELECTRONIC for m in due}) == 1:
            assert satisfied_by_counts(line.material, brought) == all(satisfied_by_counts(m, brought) for m in due)


@given(joint=JOINT, answers=ANSWERS, data=st.data())
def test_every_line_that_applies_stands_in_exactly_one_merged_line(
    joint: tuple[ServiceItem, ...], answers: dict[str, str], data: st.DataObject
) -> None:
    merged = merge(joint, answers)
    sources = [source for line in merged.lines for source in line.sources]
    own = [(one.code, line.id) for one in joint for line in own_lines(joint, one, answers)]

    assert sorted(sources) == sorted(own)
    assert len({line.key for line in merged.lines}) == len(merged.lines)
    assert all(line.key == line.material.id for line in merged.lines)
    assert all(len({code for code, _ in line.sources}) == len(line.sources) for line in merged.lines)


@given(one=items("A"), answers=ANSWERS)
def test_merging_one_item_asks_for_what_the_item_asks_for(one: ServiceItem, answers: dict[str, str]) -> None:
    merged = merge([one], answers)
    own = own_lines((one,), one, answers)

    assert [(x.name, x.due, x.necessity, x.form, x.validity_days) for x in merged.materials] == [
        (m.name, m.due, m.necessity, m.form, m.validity_days) for m in own
    ]
    assert [line.sources for line in merged.lines] == [(("A", m.id),) for m in own]
    assert saved([one], answers) == Saved(0, 0)


@given(joint=JOINT, answers=ANSWERS, data=st.data())
def test_the_order_of_the_items_changes_no_demand(
    joint: tuple[ServiceItem, ...], answers: dict[str, str], data: st.DataObject
) -> None:
    # Which of two questions keeps the bare key depends on the order, so all of them are asked under one here.
    answers = dict.fromkeys(("s", "A/s", "B/s", "C/s"), answers.get("s", "yes"))
    turned = tuple(data.draw(st.permutations(joint)))

    assert demands(merge(joint, answers)) == demands(merge(turned, answers))
    assert saved(joint, answers) == saved(turned, answers)


@given(joint=JOINT, answers=ANSWERS)
def test_joint_intake_never_costs_more_papers(joint: tuple[ServiceItem, ...], answers: dict[str, str]) -> None:
    spared = saved(joint, answers)

    assert spared.papers >= 0
    assert spared.visits == len(joint) - 1


@given(joint=JOINT, answers=ANSWERS)
def test_every_item_gets_the_answers_to_its_own_questions(
    joint: tuple[ServiceItem, ...], answers: dict[str, str]
) -> None:
    complete = {q.id: answers.get(q.id, "yes") for q in questions(joint)}

    for one in joint:
        assert unanswered(one, item_answers(joint, one, complete)) == ()


IDENTITY = Material(id="a", name="身份证", due=Due(inspect=1, copies=1), validity_days=90, seal="", where="派出所")


def test_the_same_paper_is_asked_for_once_with_the_largest_count_and_the_strictest_terms() -> None:
    other = Material(
        id="b",
        name="身份证（复印件）",
        due=Due(copies=3),
        necessity=Necessity.DEFERRABLE,
        validity_days=30,
        seal="单位公章",
        where="派出所",
    )
    merged = merge([item("A", IDENTITY), item("B", other)], {})

    assert len(merged.lines) == 1
    line = merged.lines[0]
    assert line.material.name == "身份证"
    assert line.material.due == Due(inspect=1, copies=3)
    assert line.material.necessity is Necessity.REQUIRED
    assert line.material.validity_days == 30
    assert line.material.seal == "单位公章"
    assert line.material.where == "派出所"
    assert line.sources == (("A", "a"), ("B", "b"))
    assert saved([item("A", IDENTITY), item("B", other)], {}) == Saved(papers=2 + 3 - 4, visits=1)


def test_a_debt_is_possible_only_where_every_item_that_asks_allows_it() -> None:
    owed = Material(id="a", name="证明", necessity=Necessity.DEFERRABLE)
    optional = replace(owed, necessity=Necessity.OPTIONAL)
    firm = replace(owed, necessity=Necessity.REQUIRED)

    def necessity(*lines: Material) -> Necessity:
        return merge([item(f"I{n}", line) for n, line in enumerate(lines)], {}).lines[0].material.necessity

    assert necessity(owed, owed) is Necessity.DEFERRABLE
    assert necessity(owed, optional) is Necessity.DEFERRABLE
    assert necessity(optional, owed, firm) is Necessity.REQUIRED
    assert necessity(optional, optional) is Necessity.OPTIONAL


def test_an_optional_line_adds_nothing_to_what_is_due() -> None:
    due = Material(id="a", name="证明", due=Due(copies=1))
    optional = Material(id="b", name="证明", due=Due(keep=5), necessity=Necessity.OPTIONAL, validity_days=1)
    line = merge([item("A", due), item("B", optional)], {}).lines[0].material

    assert line.due == Due(copies=1)
    assert line.validity_days is None


def test_the_file_that_one_item_insists_on_also_serves_the_item_that_takes_either() -> None:
    file = Material(id="a", name="章程", due=Due(electronic=1), form=Form.ELECTRONIC)
    either = Material(id="b", name="章程", due=Due(copies=2), form=Form.PAPER_OR_ELECTRONIC)
    paper = Material(id="c", name="章程", due=Due(copies=1))

    assert merge([item("A", file), item("B", either)], {}).lines[0].material.due == Due(electronic=1)
    assert merge([item("A", file), item("C", paper)], {}).lines[0].material.due == Due(electronic=1, copies=1)
    assert merge([item("B", either), item("C", paper)], {}).lines[0].material.form is Form.PAPER


def test_a_list_that_names_one_paper_twice_keeps_both_and_matches_them_in_turn() -> None:
    first, second = Material(id="1", name="合同", due=Due(keep=1)), Material(id="2", name="合同", due=Due(copies=1))
    other = Material(id="x", name="合同", due=Due(keep=3))
    merged = merge([item("A", first, second), item("B", other)], {})

    assert [(line.key, line.sources) for line in merged.lines] == [
        ("合同", (("A", "1"), ("B", "x"))),
        ("合同#2", (("A", "2"),)),
    ]


def test_an_optional_line_does_not_make_a_due_paper_the_second_of_its_kind() -> None:
    optional = Material(id="1", name="合同", necessity=Necessity.OPTIONAL)
    due = Material(id="2", name="合同")
    merged = merge([item("A", optional, due), item("B", replace(due, id="x"))], {})

    assert merged.key_of("A", "2") == merged.key_of("B", "x") == "合同"
    assert sum(line.material.due.papers for line in merged.lines if is_due(line.material)) == 1


def test_keys_stay_apart_whatever_the_papers_are_called() -> None:
    names = ("合同", "合同", "合同#2", "合同#2#")
    merged = merge([item("A", *(Material(id=str(n), name=name) for n, name in enumerate(names)))], {})

    assert len({line.key for line in merged.lines}) == 4


def test_the_key_of_a_paper_does_not_change_with_the_answers() -> None:
    alone = Material(id="1", name="身份证", due=Due(copies=1), when={"s": ("yes",)})
    agent = Material(id="2", name="身份证", due=Due(copies=2), when={"s": ("no",)})
    one = item("A", alone, agent, situations=(question("本人办理吗？"),))

    assert merge([one], {"s": "yes"}).lines[0].key == merge([one], {"s": "no"}).lines[0].key


def question(words: str, *labels: str) -> Situation:
    answers = tuple(Answer(id=("yes", "no")[n], label=label) for n, label in enumerate(labels or ("是", "否")))
    return Situation(id="s", question=words, answers=answers)


def test_the_same_question_is_asked_once_and_a_different_one_under_its_own_key() -> None:
    joint = (
        item("A", situations=(question("本人办理吗？"),)),
        item("B", situations=(question("本人办理吗？"),)),
        item("C", situations=(question("有配偶吗？"),)),
        item("D", situations=(question("有配偶吗？"),)),
        item("E", situations=(question("本人办理吗？", "本人", "委托"),)),
    )

    assert [q.id for q in questions(joint)] == ["s", "C/s", "E/s"]
    assert item_answers(joint, joint[1], {"s": "yes"}) == {"s": "yes"}
    assert item_answers(joint, joint[3], {"s": "yes", "C/s": "no"}) == {"s": "no"}
    assert item_answers(joint, joint[4], {"s": "yes"}) == {}


def test_papers_received_once_count_for_each_item() -> None:
    merged = merge([item("A", IDENTITY), item("B", replace(IDENTITY, id="b"))], {})
    handed = split(
        merged, {"身份证": Tally(material="身份证", originals_seen=1, copies_kept=1), "别的": Tally(material="别的")}
    )

    assert handed == {
        "A": {"a": Tally(material="a", originals_seen=1, copies_kept=1)},
        "B": {"b": Tally(material="b", originals_seen=1, copies_kept=1)},
    }
