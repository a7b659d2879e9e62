import subprocess

from hypothesis import given
from hypothesis import strategies as st

from rackwright.accept.question import (
    LONGEST_ACTUAL,
    Answer,
    Opinion,
    Question,
    contains,
    equals,
    judge,
    not_evaluated,
    parse_answers,
    script,
)
from rackwright.outcome import Verdict


def always(answer: Answer) -> Opinion:
    return Opinion(Verdict.PASSED, actual=answer.text)


def question(id_: str = "a.b", command: str = "true", judged: object = always, timeout_s: int = 20) -> Question:
    return Question(id_, "A title", command, judged, timeout_s)  # type: ignore[arg-type]


def ask(*questions: Question) -> dict[str, Answer]:
    done = subprocess.run(["bash", "-s"], input=script(questions), text=True, capture_output=True, check=True)
    return parse_answers(done.stdout)


def test_a_script_brings_back_status_and_text_of_every_question() -> None:
    answers = ask(question("one", "echo 'it''s me'; exit 3"), question("two", "echo $((1 + 1)) >&2"))
    assert answers == {"one": Answer(3, "its me"), "two": Answer(0, "2")}


def test_a_question_that_hangs_does_not_keep_the_others_waiting() -> None:
    answers = ask(question("slow", "exec tail -f /dev/null", timeout_s=1), question("quick", "echo here"))
    assert answers["slow"].status == 124
    assert answers["quick"].text == "here"


def test_a_command_cannot_eat_the_rest_of_the_script() -> None:
    assert set(ask(question("one", "cat"), question("two"))) == {"one", "two"}


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=60))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    import base64

    line = f"id 0 {base64.b64encode(text.encode()).decode()}"
    assert parse_answers(f"Welcome to a login banner\n{line}\n") == {"id": Answer(0, text)}


@given(st.text(max_size=80))
def test_lines_that_are_not_answers_are_passed_over(noise: str) -> None:
    assert all(isinstance(answer, Answer) for answer in parse_answers(noise).values())


def test_no_answer_is_a_failure() -> None:
    check = judge(question(), None, "n1")
    assert (check.verdict, check.host) == (Verdict.FAILED, "n1")
    assert "no answer" in check.reason


def test_a_timeout_is_named_as_one() -> None:
    check = judge(question(judged=equals("active", "look")), Answer(124, ""), None)
    assert (check.verdict, check.reason) == (Verdict.FAILED, "no answer within 20 s")


def test_what_could_not_be_evaluated_is_never_a_pass() -> None:
    check = not_evaluated("gpu.count", "GPUs", "there is none")
    assert (check.verdict, check.reason) == (Verdict.NOT_EVALUATED, "there is none")


def test_equals_wants_success_and_exactly_the_text() -> None:
    judged = equals("active", "look at the journal")
    assert judged(Answer(0, "active\n")).verdict is Verdict.PASSED
    assert judged(Answer(3, "active")).verdict is Verdict.FAILED
    assert judged(Answer(0, "inactive")) == Opinion(Verdict.FAILED, "active", "inactive", "look at the journal")


def test_contains_names_what_is_lacking() -> None:
    judged = contains({"cdi = true": "CDI", "runc": "runc"}, "config dump")
    assert judged(Answer(0, "cdi = true runc")).verdict is Verdict.PASSED
    lacking = judged(Answer(0, "runc"))
    assert (lacking.verdict, lacking.actual) == (Verdict.FAILED, "lacks CDI")


def test_a_report_shows_the_beginning_of_a_long_answer() -> None:
    assert len(judge(question(), Answer(0, "x" * 9999), None).actual) == LONGEST_ACTUAL
