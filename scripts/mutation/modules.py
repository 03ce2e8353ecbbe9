"""Which tests answer for which module: those named after it, and those of what is built on it."""

from dataclasses import dataclass

ACCESS, CRYPTO, EVENTING = "tests/access/unit", "tests/shared/crypto", "tests/shared/eventing"
STORED = ("tests/contracts/test_golden.py", "tests/contracts/test_upcasts.py")
ON_SQLITE = ("-k", "not postgresql")
"""The same tests run on both stores; the rules are alike, and no server need be started."""


@dataclass(frozen=True)
class Module:
    """``name``: dotted. ``tests``: files, and which of what is in them. ``on_broker``: they want
    RabbitMQ, and have one that all trials share."""

    name: str
    tests: tuple[str, ...]
    on_broker: bool = False

    @property
    def arguments(self) -> tuple[str, ...]:
        """Of pytest. The servers that the tests of all rooms share are not even imported."""
        room = "/".join(self.tests[0].split("/")[:2])
        return (f"--confcutdir={room}", *self.tests)

    @property
    def path(self) -> str:
        return self.name.replace(".", "/") + ".py"


def _access(name: str) -> Module:
    """Its rules hang together: whatever tests of them enter a function answer for it."""
    return Module(f"services.access.{name}", (ACCESS, "-m", "not long"))


def _beside(name: str) -> Module:
    """What is told, asked, looked up and kept beside the rules: by the tests of that. Those that
    judge every cell, or in any order, take minutes and say no more of it."""
    tests = (
        "applications", "connections", "consents", "contract", "delegations", "explanations",
        "fact_sentences", "instants", "legacy", "matrix", "matrix_places", "merging", "openers",
        "over_rpc", "policies", "protections", "questions", "redecided_ones", "redecisions",
        "reviews", "secrecy", "sentences", "sentences_page", "time", "waiting",
    )  # fmt: skip
    files = tuple(f"{ACCESS}/test_{test}.py" for test in tests)
    return Module(f"services.access.{name}", (*files, "-m", "not long"))


def _contract(name: str) -> Module:
    """Tables of who may call what, and models: read at import, so tried from there."""
    files = (f"{ACCESS}/test_{test}.py" for test in ("contract", "over_rpc"))
    return Module(f"services.access.contract.{name}", tuple(files))


def _crypto(name: str, *tests: str) -> Module:
    files = (f"{CRYPTO}/test_{test}.py" for test in (*tests, "kept_forms"))
    return Module(f"shared.crypto.{name}", tuple(files))


def _eventing(name: str, *tests: str, sqlite: bool = False, broker: bool = False) -> Module:
    files = tuple(f"{EVENTING}/{test}.py" for test in tests)
    return Module(f"shared.eventing.{name}", files + ON_SQLITE * sqlite, on_broker=broker)


def _on_broker(name: str) -> Module:
    """What is said to RabbitMQ, and heard from it; the same tests answer for all of it."""
    units = ("broker", "entrypoints", "leaf_feed")
    wired = ("broker", "end_to_end", "leaf_feed", "relay", "relay_told", "traces")
    tests = (*(f"unit/test_{unit}" for unit in units), *(f"integration/test_{w}" for w in wired))
    return _eventing(name, *tests, sqlite=True, broker=True)


def _auth(name: str) -> Module:
    """Also by the tests of who changes keys while services run."""
    tests = ("tests/shared/auth", "tests/ops/unit/test_signing_keys.py")
    return Module(f"shared.auth.{name}", tests)


def _rules(room: str, name: str) -> Module:
    return Module(f"services.{room}.domain.{name}", (f"tests/{room}/unit", *STORED))


RULES = {
    "messaging": (
        "attachment", "consistency", "conversation", "correspondent", "draft", "exchange", "mail",
        "mailing", "message",
    ),
    "directory": (
        "areas", "codes", "facility", "national_ids", "professional",
    ),
    "notification": (
        "dispatch", "notice", "ports", "recipient", "sentences", "telling", "template", "topic",
    ),
    "catalogue": (
        "access_token", "codes", "connections", "criteria", "editor", "finality",
        "listed_service",
    ),
    "agenda": (
        "appointment", "calendar_import", "facts", "fhir", "ics.blocks", "ics.event",
        "ics.reading", "ics.timezones", "ics.writing", "ics.zones", "occurrences", "origin",
        "prevention.acts", "prevention.season", "prevention.person", "prevention.plan",
        "prevention.rule", "prevention.sentences", "prevention_plan", "recurrence", "reminder",
        "slot", "when",
    ),
    "profile": (
        "batch", "bmi", "entry", "extraction", "fhir", "growth", "kinds", "listing", "measuring",
        "once", "origin", "questionnaire", "series", "visibility",
    ),
    "identity": (
        "activation_code", "announcement", "campaigns", "candidate_search", "ending",
        "ending_events", "erasure", "existence_check", "identity_read", "identity_status",
        "ins_holder", "insi", "insi_call", "legacy_dmp", "legacy_dmp_events", "life_events",
        "likeness", "majority", "merge", "merging", "merging_events", "names",
        "opposition_statement", "rate", "record", "record_event", "retention", "states", "traits",
        "verification_batch", "whose", "whose_events",
    ),
    "prescription": (
        "attempt", "deciding", "dispensing", "given", "number", "people", "prescription", "shown",
        "terms",
    ),
    "audit": (
        "affected", "anomalies", "anomaly", "archive", "audience", "audit_event", "batch", "growth",
        "inspection", "lines", "log_walk", "mandate", "memory", "printed", "proofs", "reading",
        "replay", "report", "seeing", "sentences", "statistics", "stored", "tiles", "told",
        "verification", "witness",
    ),
    "vault": (
        "active_content", "arrangement", "attributes", "cda.biology", "cda.header",
        "cda.header_acts", "cda.header_forms", "cda.header_patient", "cda.header_people",
        "cda.laboratory", "cda.readable", "cda.result_entries", "cda.result_values",
        "cda.specimens", "completion", "content", "copies", "cover", "depositing", "document",
        "document_events", "doubles", "export", "images", "integrity", "life", "lines", "listing",
        "lot", "mandatory", "metadata", "opening", "origin", "patient", "pdf_parts", "people",
        "reading", "renaming", "result", "results", "search", "settling", "states", "summary",
        "taking", "texts", "tiff", "timing", "value_sets", "visibility", "xdm", "xdm_archive",
        "xdm_fields", "zipping",
    ),
}  # fmt: skip
"""By service: modules of its ``domain`` that its unit tests answer for, one and all."""

MODULES = (
    _access("domain.rules"),
    _access("domain.decision"),
    _access("domain.rights"),
    _access("domain.grants"),
    _access("domain.facts"),
    _access("domain.delegation"),
    _access("domain.delegate"),
    _access("domain.connection"),
    _access("domain.protection"),
    _access("domain.emergency"),
    _access("domain.admission"),
    _access("domain.matrix"),
    _access("domain.matrix_change"),
    _access("domain.stricter"),
    _access("domain.merged"),
    _access("domain.redecision"),
    _access("domain.views"),
    _access("domain.openers"),
    _access("domain.legacy"),
    _access("adapters.cedar"),
    _access("application.decisions"),
    _access("application.consents"),
    _access("application.delegations"),
    _access("application.protections"),
    _access("application.emergencies"),
    _access("policies"),
    _access("messages.admission"),
    _access("messages.deciding"),
    _access("messages.delegation"),
    _access("messages.emergency"),
    _access("messages.listed"),
    _access("messages.protection"),
    _access("adapters.cedar_facts"),
    _access("adapters.cedar_scopes"),
    _access("adapters.cedar_shown"),
    _access("application.connections"),
    _access("application.due"),
    _access("application.log"),
    _access("application.matrices"),
    _access("application.openers"),
    _access("application.past"),
    _beside("application.questions"),
    _beside("application.redecisions"),
    _beside("domain.applications"),
    _beside("domain.explanation"),
    _beside("domain.fact_sentences"),
    _beside("domain.secrecy"),
    _beside("domain.sentences"),
    _beside("projections.waiting"),
    _beside("adapters.opening"),
    _beside("adapters.outside"),
    _beside("adapters.reference"),
    _beside("domain.admission_events"),
    _beside("domain.protection_events"),
    _beside("domain.outside"),
    _beside("domain.reference"),
    _contract("parts"),
    _contract("admission"),
    _contract("deciding"),
    _contract("delegation"),
    _contract("emergency"),
    _contract("protection"),
    _contract("reading"),
    Module("shared.rpc.access", (f"{ACCESS}/test_over_rpc.py",)),
    _crypto("sealing", "small_seals"),
    _crypto("event_cipher", "small_seals"),
    _crypto("fields", "small_seals"),
    _crypto("transport", "small_seals"),
    _crypto("tokens", "small_seals"),
    _crypto("derivation", "small_seals", "key_wrapper"),
    _crypto("blob_cipher", "blob_cipher"),
    _crypto("key_wrapper", "key_wrapper"),
    _crypto("key_cache", "remote_keys"),
    _crypto("remote_keys", "remote_keys"),
    _crypto("handover", "remote_keys"),
    _crypto("tombstones", "remote_keys", "small_seals"),
    _crypto("signatures", "small_seals", "remote_keys"),
    _crypto("local_keys", "small_seals", "key_wrapper"),
    _crypto("keys", "small_seals"),
    Module("shared.crypto.security_module", ("tests/ops/integration/test_security_module.py",)),
    _eventing("codec", "unit/test_codec", "unit/test_envelope_form"),
    _eventing("messages", "unit/test_codec", "unit/test_envelope_form"),
    _eventing("received", "unit/test_codec", "unit/test_merged_records"),
    _eventing("checkpoints", "unit/test_checkpoints"),
    _eventing("freshness", "unit/test_freshness"),
    _eventing("kin", "unit/test_shared_events", "unit/test_merged_records"),
    _eventing("links", "unit/test_links"),
    _eventing("loop", "unit/test_loop", "unit/test_loop_waits"),
    _eventing("purging", "unit/test_purging"),
    _eventing("view", "unit/test_view"),
    _eventing("handling", "integration/test_parking", "integration/test_follow", sqlite=True),
    _eventing("parking", "integration/test_parking", sqlite=True),
    _eventing("discards", "integration/test_parking", sqlite=True),
    _eventing("rebuild", "integration/test_parking", sqlite=True),
    _eventing("live_views", "integration/test_live_views", "integration/test_parking", sqlite=True),
    _eventing("outbox", "integration/test_outbox", sqlite=True),
    _eventing("together", "integration/test_together", "integration/test_follow", sqlite=True),
    _eventing("following", "integration/test_follow", sqlite=True),
    _eventing("project", "integration/test_project", sqlite=True),
    _eventing("positions", "integration/test_project", sqlite=True),
    _eventing("timers", "integration/test_timers", sqlite=True),
    _eventing("head_watch", "unit/test_head_watch"),
    _eventing("audit_lag", "integration/test_audit_lag", sqlite=True, broker=True),
    _eventing(
        "follow",
        *(f"integration/test_{t}" for t in ("follow", "follow_told", "parking", "end_to_end")),
        sqlite=True,
        broker=True,
    ),
    _on_broker("broker"),
    _on_broker("relay"),
    _on_broker("entrypoints"),
    _on_broker("leaf_feed"),
    _on_broker("exchanges"),
    _auth("authenticator"),
    _auth("believed_keys"),
    _auth("claims"),
    _auth("development"),
    _auth("issuers"),
    _auth("jwt"),
    _auth("service_keys"),
    _auth("service_tokens"),
    _auth("tokens"),
    *(_rules(room, name) for room, names in RULES.items() for name in names),
)
"""Left out: ``bootstrap`` and the ``entrypoints`` of access, which are settings handed on to what
is in the list, and run by the tests of whole processes alone; modules of names, words and shapes
in which there is nothing to change (``metrics``, ``errors``, the other events)."""
