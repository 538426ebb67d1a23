"""Landing into a real Postgres: what arrives, what is refused, what a failure leaves."""

import json
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from kindred.api import HttpRequest, HttpResponse
from kindred.errors import SourceMalformed, SourceUnavailable, SupersededError
from kindred.gates import check_batches
from kindred.landing.extraction import land_loads
from kindred.pipeline.environment import Run
from kindred.sources import LOADS, SOURCES, genesys_transcripts
from kindred.warehouse import ledger
from kindred.warehouse.connections import connect
from tests.histories.nights import HistoryNights
from tests.histories.vendors import ChangingVendors
from tests.records import whole
from tests.vendor import DAY, Vendor, query_of, reply

CRM = SOURCES["crm"]
CONTACTS = "salesforce_contacts"
STAMP = "2026-11-01T10:00:00.000+0000"
CONTACT = whole(
    LOADS[CONTACTS],
    attributes={"type": "Contact"},
    Id="00301",
    Email="ann@x.test",
    Customer_Since__c="2025-01-01",
    Contract_Ended_On__c=None,
    CreatedDate=STAMP,
    SystemModstamp=STAMP,
)


def one_page(*records):
    """Serve these contacts, and nothing of the other objects."""

    def handler(request: HttpRequest) -> HttpResponse:
        is_contacts = " FROM Contact " in query_of(request)["q"]
        return reply({"records": list(records) if is_contacts else [], "done": True})

    return handler


@pytest.fixture
def conn(warehouse):
    with connect(warehouse.dsn("loader")) as conn:
        yield conn


def landed(conn, handler, run_id="run-1", loads=CRM, options=None):
    vendor = Vendor(handler, options)
    windows = {load.name: DAY for load in loads}
    outcomes = land_loads(conn, vendor.client, loads, windows, run_id)
    return {outcome.load: outcome for outcome in outcomes}


def rows(conn, query: str, *values) -> list[tuple]:
    found = conn.execute(query, values).fetchall()
    conn.commit()
    return found


def test_rows_arrive_typed_and_the_ledger_counts_them(conn):
    outcome = landed(conn, one_page(CONTACT, CONTACT | {"Id": "00302"}))[CONTACTS]
    assert (outcome.rows_landed, outcome.rows_quarantined, outcome.error) == (2, 0, None)
    assert rows(
        conn,
        "select contact_id, email, customer_since::text, _batch_id, _extra"
        " from landing.salesforce_contacts order by contact_id",
    ) == [
        ("00301", "ann@x.test", "2025-01-01", outcome.batch_id, None),
        ("00302", "ann@x.test", "2025-01-01", outcome.batch_id, None),
    ]
    assert rows(
        conn,
        "select status, rows_landed, landed_at is not null from ops.loads where load = %s",
        CONTACTS,
    ) == [("landed", 2, True)]


def test_a_record_that_breaks_its_contract_is_quarantined_and_the_rest_arrives(conn):
    bad = CONTACT | {"Customer_Since__c": "a while", "Email": "bob@x.test"}
    outcome = landed(conn, one_page(CONTACT, bad, {"Email": "eve@x.test"}))[CONTACTS]
    assert (outcome.rows_landed, outcome.rows_quarantined) == (1, 2)
    kept = rows(conn, "select reason, record from quarantine.rows order by row_id")
    assert "Customer_Since__c" in kept[0][0]
    assert "a while" not in kept[0][0]
    assert json.loads(kept[0][1])["Email"] == "bob@x.test"
    assert "missing required field `Id`" in kept[1][0]


def test_a_field_that_the_contract_lacks_is_kept_and_reported(conn):
    outcome = landed(conn, one_page(CONTACT | {"Loyalty__c": "gold"}))[CONTACTS]
    assert outcome.extra_fields == ("Loyalty__c",)
    assert rows(conn, "select _extra from landing.salesforce_contacts") == [
        ({"Loyalty__c": "gold"},)
    ]
    assert rows(conn, "select extra_fields from ops.loads where load = %s", CONTACTS) == [
        (["Loyalty__c"],)
    ]


def test_duplicates_in_a_page_all_arrive_for_the_merge_to_choose(conn):
    newer = CONTACT | {"SystemModstamp": "2026-11-01T11:00:00.000+0000"}
    assert landed(conn, one_page(CONTACT, newer, CONTACT))[CONTACTS].rows_landed == 3


def test_nul_and_half_surrogates_arrive_as_replacement_characters(conn):
    body = json.dumps(
        {
            "records": [
                CONTACT | {"LeadSource": "a\0b\ud83d", "Extra__c": ["c\0d\udc00"], "Email": None},
                CONTACT | {"Id": "x-y", "LeadSource": "\\N \t \n \\"},
            ],
            "done": True,
        }
    ).encode()

    def handler(request):
        return (
            HttpResponse(200, {}, body)
            if " FROM Contact " in query_of(request)["q"]
            else reply({"records": [], "done": True})
        )

    outcome = landed(conn, handler)[CONTACTS]
    assert (outcome.rows_landed, outcome.texts_replaced) == (2, 1)
    assert "1 texts with what cannot be stored, replaced" in str(outcome)
    assert rows(conn, "select texts_replaced from ops.loads where load = %s", CONTACTS) == [(1,)]
    assert rows(
        conn,
        "select contact_id, acquisition_channel, _extra from landing.salesforce_contacts"
        " order by contact_id",
    ) == [
        ("00301", "a\ufffdb\ufffd", {"Extra__c": ["c\ufffdd\ufffd"]}),
        ("x-y", "\\N \t \n \\", None),
    ]


def test_one_load_that_fails_leaves_the_others_of_its_source_landed(conn):
    def handler(request):
        if " FROM Order " in query_of(request)["q"]:
            return HttpResponse(200, {}, b"<html>Log in</html>")
        return one_page(CONTACT)(request)

    found = landed(conn, handler)
    assert isinstance(found["salesforce_orders"].error, SourceMalformed)
    assert found[CONTACTS].rows_landed == 1
    status = dict(rows(conn, "select load, status from ops.loads"))
    assert status.pop("salesforce_orders") == "failed"
    assert set(status.values()) == {"landed"}


def test_a_failure_in_mid_load_takes_back_what_was_landed_and_says_why(conn, monkeypatch):
    monkeypatch.setattr("kindred.landing.batch_writer.CHUNK_BYTES", 1)

    def handler(request):
        if "query/01g" in request.url:
            return HttpResponse(200, {}, b'{"records": [')
        if " FROM Contact " in query_of(request)["q"]:
            return reply({"records": [CONTACT], "done": False, "nextRecordsUrl": "/query/01g-1"})
        return reply({"records": [], "done": True})

    assert isinstance(landed(conn, handler)[CONTACTS].error, SourceMalformed)
    assert rows(conn, "select count(*) from landing.salesforce_contacts") == [(0,)]
    ((status, message),) = rows(
        conn, "select status, message from ops.loads where load = %s", CONTACTS
    )
    assert status == "failed"
    assert "breaks off" in message


def test_a_source_that_is_down_fails_each_of_its_loads_in_the_ledger(conn):
    found = landed(conn, lambda _: reply({}, 503), options={"patience": {"attempts": 2}})
    assert all(isinstance(outcome.error, SourceUnavailable) for outcome in found.values())
    assert rows(conn, "select distinct status from ops.loads") == [("failed",)]


def test_settings_that_cannot_work_fail_the_load_and_not_the_task(conn):
    found = landed(conn, lambda _: reply([]), loads=[LOADS["mastodon_statuses"]])
    assert "hashtags" in str(found["mastodon_statuses"].error)


def test_a_retry_replaces_what_the_older_attempt_landed(conn):
    first = landed(conn, one_page(CONTACT, {"Id": 1}))[CONTACTS]
    second = landed(conn, one_page(CONTACT | {"Id": "00309"}))[CONTACTS]
    assert first.batch_id == second.batch_id
    assert rows(conn, "select contact_id from landing.salesforce_contacts") == [("00309",)]
    assert rows(conn, "select count(*) from quarantine.rows") == [(0,)]


def test_an_orphan_stops_writing_once_a_newer_attempt_has_started(conn, warehouse, monkeypatch):
    monkeypatch.setattr("kindred.landing.batch_writer.CHUNK_BYTES", 1)

    def handler(request):
        if " FROM Contact " in query_of(request)["q"]:
            with connect(warehouse.dsn("loader")) as other:
                ledger.open_batch(other, CONTACTS, DAY, "run-1")
            return reply({"records": [CONTACT], "done": True})
        return reply({"records": [], "done": True})

    outcome = landed(conn, handler)[CONTACTS]
    assert isinstance(outcome.error, SupersededError)
    assert rows(conn, "select count(*) from landing.salesforce_contacts") == [(0,)]
    assert rows(conn, "select status from ops.loads where load = %s", CONTACTS) == [("landing",)]


def test_two_runs_land_beside_each_other(conn):
    landed(conn, one_page(CONTACT), run_id="run-1")
    landed(conn, one_page(CONTACT), run_id="run-2")
    assert rows(conn, "select count(distinct _batch_id) from landing.salesforce_contacts") == [(2,)]


def test_what_postgres_refuses_is_told_without_its_values(conn, warehouse):
    with psycopg.connect(warehouse.dsn("admin")) as admin:
        admin.execute(
            "alter table landing.salesforce_contacts"
            " add constraint no_ann check (email <> 'ann@x.test')"
        )
    try:
        outcome = landed(conn, one_page(CONTACT))[CONTACTS]
    finally:
        with psycopg.connect(warehouse.dsn("admin")) as admin:
            admin.execute("alter table landing.salesforce_contacts drop constraint no_ann")
    where = f"constraint no_ann of landing.{CONTACTS}"
    assert str(outcome.error) == f"Postgres refused: 23514 check violation in {where}"


def test_a_defect_of_ours_is_told_by_place_and_fails_one_load(conn, monkeypatch):
    def broken(*_):
        raise KeyError("ann@x.test")

    monkeypatch.setattr("kindred.sources.salesforce_query._plain", broken)
    outcome = landed(conn, one_page(CONTACT))[CONTACTS]
    assert "KeyError at broken" in str(outcome.error)
    assert "ann" not in str(outcome.error)


def test_many_pages_arrive_in_bounded_chunks(conn, monkeypatch):
    monkeypatch.setattr("kindred.landing.batch_writer.CHUNK_BYTES", 20_000)
    size, pages = 200, 10

    def handler(request):
        if (
            " FROM " in request.url.replace("+", " ")
            and " FROM Contact " not in query_of(request)["q"]
        ):
            return reply({"records": [], "done": True})
        start = int(request.url.rpartition("-")[2]) if "01g-" in request.url else 0
        page = [CONTACT | {"Id": f"{start}-{n}"} for n in range(size)]
        more = {"nextRecordsUrl": f"/query/01g-{start + 1}"} if start + 1 < pages else {}
        return reply({"records": page, "done": not more, **more})

    assert landed(conn, handler)[CONTACTS].rows_landed == size * pages
    assert rows(conn, "select count(distinct contact_id) from landing.salesforce_contacts") == [
        (size * pages,)
    ]


def test_a_late_calls_transcript_comes_although_its_first_batch_was_held(warehouse):
    vendors = ChangingVendors(datetime(2026, 3, 1, tzinfo=UTC))
    nights = HistoryNights(warehouse.dsn, vendors)
    for _ in range(6):
        nights.night(["call_center"])
    vendors.call("late", by="ann", ahead=-5 * 24)
    vendors.transcribe("late", words="I waited for an hour.")
    vendors.until(nights.midnight())
    run = Run("held", nights.day_before(vendors.now))
    nights.land("call_center", run)
    transcripts, rest = [], []
    for batch in nights.batches("call_center", run, "landed"):
        (transcripts if batch.load == "genesys_transcripts" else rest).append(batch)
    check_batches(warehouse.dsn("loader"), transcripts, Path(__file__).parent)  # has no suites
    nights.check("call_center", run)
    nights.publish("call_center", run)
    nights.night(["call_center"])
    with connect(warehouse.dsn("loader")) as conn:
        assert rows(conn, "select conversation_id from raw.genesys_conversations") == [("late",)]
        assert rows(
            conn, "select conversation_id, text from raw.genesys_transcripts order by 2"
        ) == [("late", "I waited for an hour."), ("late", "Thank you for telling us.")]


def test_the_transcript_of_a_rewritten_call_is_asked_for_once_more_and_not_every_night(
    warehouse, monkeypatch
):
    asked = []
    fetch = genesys_transcripts._transcript

    def counted(api, conversation, communication):
        asked.append(conversation)
        return fetch(api, conversation, communication)

    monkeypatch.setattr(genesys_transcripts, "_transcript", counted)
    vendors = ChangingVendors(datetime(2026, 3, 1, tzinfo=UTC))
    nights = HistoryNights(warehouse.dsn, vendors)
    vendors.call("c", by="ann")
    vendors.transcribe("c", words="I waited for an hour.")
    found = []
    for happens in (lambda: None, lambda: vendors.rewrite("c", handle_seconds=90.0), lambda: None):
        happens()
        nights.night(["call_center"])
        found.append(len(asked))
    assert found == [1, 2, 2]
    with connect(warehouse.dsn("loader")) as conn:  # an old day waits for a person
        ledger.open_batch(conn, "genesys_conversations", DAY, "backfill", is_backfill=True)
    nights.night(["call_center"])
    nights.night(["call_center"])
    assert len(asked) == 2
