"""Marts of a first night: figures by a second route, and what holds of the project as a whole."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from kindred.text_emotions import SCORES
from tests.integration import marts_customers as people
from tests.integration.marts_built import MARTS, PROJECT, ROOT, Marts, customer, seed
from tests.integration.marts_second_moments import SecondMoments, channels
from tests.integration.marts_second_route import SecondRoute
from tests.integration.marts_second_survival import Life, curve, lives

OUTCOMES = (
    "orders",
    "referrals",
    "nps_answers",
    "stg_salesforce_orders",
    "stg_salesforce_referrals",
    "stg_salesforce_nps_answers",
    "stg_genesys_nps_answers",
)
QUERIES = re.findall(r"```sql\n(.*?);\n```", (ROOT / "docs" / "questions.md").read_text(), re.S)


@pytest.fixture(scope="module")
def first_night(warehouse_server: Any, parsed: Path) -> Iterator[Marts]:
    """Marts of one first night for tests that only read, with the project's unit tests run once."""
    warehouse_server.empty()
    people.fill(warehouse_server.dsn("admin"))
    built = Marts(warehouse_server, parsed)
    built.build("--full-refresh")
    with psycopg.connect(built.transformer) as conn:
        people.foretell(conn)
    built.dbt("--select", "stg_estimated_lapse_risks+", "stg_estimated_risk_fits+", "--write-json")
    yield built
    warehouse_server.empty()


@pytest.fixture(scope="module")
def moments(first_night: Marts) -> SecondMoments:
    """The second route's moments of that night."""
    return SecondMoments(
        SecondRoute(first_night.dsn, seed("segment_thresholds"), seed("lapse_rules"))
    )


def test_a_conversation_has_the_mean_of_each_score_of_its_turns(first_night: Marts) -> None:
    scores = {row[0]: row[1:] for row in first_night.rows(
        f"select text_hash, {', '.join(SCORES)} from scored.texts")}  # fmt: skip
    turns: dict[str, list[tuple[float, ...]]] = {}
    for conversation, digest in first_night.rows(
        "select conversation_id, md5(text) from raw.genesys_transcripts"
        " where participant = 'external'"
    ):
        turns.setdefault(conversation, []).append(scores[digest])
    found = first_night.rows(
        f"select text_id, {', '.join(SCORES)} from build.int_texts where kind = 'conversation'"
    )
    assert len(found) > 50
    for conversation, *means in found:
        assert len(turns[conversation]) == 2
        wanted = [sum(values) / 2 for values in zip(*turns[conversation], strict=True)]
        assert [float(mean) for mean in means] == pytest.approx(wanted, abs=1e-6)


def test_headline_figures_are_the_same_by_a_second_route(first_night: Marts) -> None:
    route = SecondRoute(first_night.dsn, seed("segment_thresholds"), seed("lapse_rules"))
    june = route.month(date(2026, 6, 1), date(2026, 7, 1), date(2026, 6, 30))
    there = june[~june.has_left | (june.orders > 0)]
    measured = there[there.tier != "unmeasured"]
    found = first_night.rows(
        "select active_customers, connected_share, attrition_rate, nps, nps_answers"
        " from build.true_north join build.segment_advocacy using (month)"
        " where month = '2026-06-01' and tier = 'all'"
    )
    customers, connected, attrition, nps, answers = found[0]
    assert customers == len(there) > 50
    assert float(connected) == pytest.approx(
        measured.tier.isin(["fully_connected", "connected_let_down"]).mean(), abs=1e-6
    )
    assert 0 < connected < 1
    start = [
        contact
        for contact in route.customers.index
        if route.customers.customer_since[contact] < date(2026, 6, 1)
        and not route.has_left(contact, date(2026, 5, 31), date(2026, 6, 1))
    ]
    left = sum(june.has_left[contact] for contact in start)
    assert float(attrition) == pytest.approx(left / len(start), abs=1e-6)
    assert left > 0
    given = there.recommend.dropna().astype(float)
    points = 100 * ((given >= 9).mean() - (given <= 6).mean())
    assert answers == len(given) > 30
    assert float(nps) == pytest.approx(points, abs=0.01)


def test_recovery_is_the_same_by_a_second_route(first_night: Marts, moments: SecondMoments) -> None:
    counts = ("moments", "open_moments", "returned", "calm_moments", "calm_returned")
    some = 0
    for month in (4, 5, 6):
        first, after = date(2026, month, 1), date(2026, month + 1, 1)
        wanted = moments.recovery(first, after, date(2026, 7, 15))
        found = first_night.rows(
            f"select tier, return_gap, {', '.join(counts)} from build.recovery"
            f" where month = '{first}'"
        )
        assert {tier for tier, *_ in found} == set(wanted)
        for tier, gap, *figures in found:
            assert figures == [wanted[tier][name] for name in counts], (month, tier)
            negative, _, returned, calm, calm_returned = figures
            if negative and calm:
                assert float(gap) == pytest.approx(
                    returned / negative - calm_returned / calm, abs=1e-6
                )
        some += wanted["all"]["returned"] * wanted["all"]["calm_returned"]
    assert some > 100


def test_moves_between_tiers_are_the_same_by_a_second_route(
    first_night: Marts, moments: SecondMoments
) -> None:
    wanted = moments.moves(date(2026, 6, 1), date(2026, 7, 1))
    found = first_night.rows(
        "select customer_id, from_tier, to_tier, after_touchpoint, days_since_touchpoint,"
        " last_valence::float, after_negative_moment, is_gain, is_loss"
        " from build.tier_moves where month = '2026-06-01'"
    )
    assert len(found) == len(wanted) > 10
    by_name = {customer(int(contact[4:])): move for contact, move in wanted.items()}
    connected = {"fully_connected", "connected_let_down"}
    for name, *move, is_gain, is_loss in found:
        assert tuple(move) == pytest.approx(by_name[name], abs=1e-6), name
        assert is_gain == (move[1] in connected and not {"unmeasured", *connected} & {move[0]})
        assert is_loss == (move[0] in connected and not {"unmeasured", *connected} & {move[1]})
    assert len({move[2] for move in by_name.values()}) == 4
    assert len({move[-1] for move in by_name.values()}) == 2


def test_channels_are_the_same_by_a_second_route(
    first_night: Marts, moments: SecondMoments
) -> None:
    june = moments.route.month(date(2026, 6, 1), date(2026, 7, 1), date(2026, 6, 30))
    for prefix, at_least in (
        ("", 0),
        ("frequent_", seed("segment_thresholds")["frequent_orders_from"]),
    ):
        names = ("customers", "measured_customers", "connected_share::float", "value_12m::float")
        found = first_night.rows(
            f"select channels, {', '.join(prefix + name for name in names)} from build.omnichannel"
            f" where month = '2026-06-01' and {prefix}customers > 0"
        )
        wanted = channels(june, at_least)
        assert {row[0] for row in found} == set(wanted) >= {1, 2, 3, 4}
        for count, people_of, measured, share, value in found:
            assert (people_of, measured) == wanted[count][:2]
            assert share == pytest.approx(wanted[count][2], abs=1e-6)
            assert value == pytest.approx(wanted[count][3], abs=0.005)


def test_survival_is_the_same_by_a_textbook(first_night: Marts) -> None:
    watched = lives(first_night.rows(
        "select customer_id, tier, status in ('lapsed', 'contract_ended')"
        " from build.customer_segments join build.customer_attrition as attrition"
        " using (customer_id, month)"
        " where attrition.is_complete_month order by customer_id, month"
    ))  # fmt: skip
    groups: dict[str, list[Life]] = {"all": watched}
    for life in watched:
        groups.setdefault(life[0], []).append(life)
    found: dict[str, list[tuple[Any, ...]]] = {}
    for tier, *figures in first_night.rows(
        "select tier, survival::float, survival_low::float, survival_high::float"
        " from build.attrition_survival order by tier, months_since"
    ):
        found.setdefault(tier, []).append(tuple(figures))
    assert found.keys() == groups.keys()
    assert len(watched) > 200
    for tier, group in groups.items():
        wanted = curve(group, seed("segment_thresholds")["confidence_z"])
        assert len(found[tier]) == len(wanted)
        for ours, theirs in zip(found[tier], wanted, strict=True):
            assert ours == pytest.approx(theirs, abs=1e-6)
    assert found["all"][-1][0] < 0.8


def test_no_outcome_leads_to_the_score(first_night: Marts) -> None:
    manifest = json.loads((first_night.target / "manifest.json").read_text())

    def above(name: str) -> set[str]:
        parents = manifest["parent_map"].get(f"model.kindred.{name}", [])
        models = {parent.split(".")[-1] for parent in parents if parent.startswith("model.")}
        sources = {".".join(one.split(".")[-2:]) for one in parents if one.startswith("source.")}
        return sources.union(models, *map(above, models))

    assert not above("customer_segments") & set(OUTCOMES)
    assert above("true_north") >= set(OUTCOMES), "the walk finds outcomes where they are"
    sources = {name for name in above("customer_segments") if "." in name}
    assert not sources & {"raw.salesforce_orders", "raw.salesforce_referrals"}
    assert not any(name.startswith("estimated.") for name in sources)
    assert any(name.startswith("estimated.") for name in above("true_north"))
    for model in above("customer_segments") - sources:
        text = manifest["nodes"][f"model.kindred.{model}"]["raw_code"]
        code = "\n".join(part.split("#}")[-1] for part in text.split("{#"))
        assert "recommend" not in code, model
        assert "promoter" not in code.replace("promoter_from", ""), model


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: re.findall(r"marts\.(\w+)", query)[0])
def test_each_question_has_its_answer(query: str, first_night: Marts) -> None:
    built = query.replace("marts.", "build.").replace("count(*) >= 30", "count(*) >= 1")
    found = first_night.rows(built)
    too_small = {
        "touchpoint_emotions",
        "segment_consolidation",
        "team_empathy",
        "initiative_impact",
        "recovery",
    }
    assert found or any(f"build.{mart}" in built for mart in too_small)


def test_every_feature_of_risk_has_its_words(first_night: Marts) -> None:
    keys = {"month", "customer_id", "has_left_since"}
    columns = first_night.rows(
        "select column_name from information_schema.columns"
        " where table_schema = 'build' and table_name = 'int_risk_features'"
    )
    features = {row[0] for row in columns} - keys
    found = {row[0] for row in first_night.rows("select finding from build.risk_reasons")}
    wanted = {f"{name}_{where}" for name in features for where in ("low", "high")}
    assert wanted <= found
    assert found - wanted <= {f"{name}_unknown" for name in features}


def test_every_mart_has_somebody_who_reads_it() -> None:
    told = yaml.safe_load((PROJECT / "exposures" / "readers.yml").read_text())["exposures"]
    read = {name[5:-2] for exposure in told for name in exposure["depends_on"]}
    assert read == set(MARTS)


@pytest.mark.parametrize("mart", MARTS)
def test_a_suite_passes_a_good_mart_whose_rows_the_database_keeps_apart(
    mart: str, first_night: Marts
) -> None:
    suite = yaml.safe_load((ROOT / "expectations" / f"mart_{mart}.yml").read_text())
    assert suite["name"] == f"mart_{mart}"
    queries = [
        rule["kwargs"]["unexpected_rows_query"]
        for rule in suite["expectations"]
        if rule["type"] == "unexpected_rows_expectation"
    ]
    for query in queries:
        batch = f"(select * from build.{mart}) as subselect"
        assert first_night.rows(query.replace("{batch}", batch)) == [], query
    assert mart in set(first_night.keys())
    assert all(rule["notes"] for rule in suite["expectations"])


@pytest.mark.parametrize("mart", ["customer_segments", "customer_advocacy", "tier_moves"])
def test_a_suite_holds_a_mart_of_two_models(mart: str, first_night: Marts) -> None:
    suite = yaml.safe_load((ROOT / "expectations" / f"mart_{mart}.yml").read_text())
    (query,) = (
        rule["kwargs"]["unexpected_rows_query"]
        for rule in suite["expectations"]
        if (rule.get("meta") or {}).get("rule") == "one_text_model"
    )
    for other in ("'test-2'", "null"):
        version = f"case when customer_id > 'c_8' then {other} else text_model_version end"
        batch = f"(select {version} as text_model_version from build.{mart}) as subselect"
        assert first_night.rows(query.replace("{batch}", batch)) != []
