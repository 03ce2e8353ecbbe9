"""What a verification found, in parts and as a whole."""

from services.audit.domain.report import KEPT, SENTENCES, Finding, FindingKind, VerificationReport

CHANGED = FindingKind.EVENT_CHANGED


def part(findings: int, *, states: bool) -> VerificationReport:
    report = VerificationReport(documents=3, states_checked=states, documents_checked=not states)
    report.add(Finding(kind=CHANGED, service="vault", position=n) for n in range(findings))
    count = report.of("vault")
    count.events, count.matched, count.pending, count.opened, count.erased = 9, 5, 2, 4, 1
    return report


def test_parts_make_one_report() -> None:
    """Each found by a process of its own: all is counted, and what one looked at was looked at."""
    whole = VerificationReport()
    whole.include(part(150, states=True))
    whole.include(part(150, states=False))

    assert whole.found == {CHANGED: 300}
    assert len(whole.findings) == KEPT
    assert vars(whole.of("vault")) == {
        "events": 18, "matched": 10, "pending": 4, "opened": 8, "erased": 2,
    }  # fmt: skip
    assert (whole.documents, whole.pending) == (6, 4)
    assert (whole.states_checked, whole.documents_checked) == (True, True)
    assert not whole.log_verified


def test_what_was_not_looked_at_is_not_said_to_be() -> None:
    empty = VerificationReport().to_json()

    assert (empty["states_checked"], empty["documents_checked"]) == (False, False)
    assert (empty["documents"], empty["log_size"], empty["log_verified"]) == (0, 0, True)


def test_a_finding_names_its_place_in_both_languages() -> None:
    """And nothing that is not known of it."""
    found = Finding(kind=CHANGED, service="vault", position=7, topic="vault.document_opened")
    english, french = SENTENCES[CHANGED]

    assert found.to_json() == {
        "kind": "event_changed",
        "service": "vault",
        "position": 7,
        "topic": "vault.document_opened",
        "sentence_en": english,
        "sentence_fr": french,
    }
    assert str(found) == f"{english}: service vault, position 7, topic vault.document_opened"
