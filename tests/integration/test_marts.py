"""The dbt project as a whole: rebuilt marts, cost that follows change, a second route."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from kindred.building.estimating import estimate
from kindred.feeling import SCORES
from kindred.warehouse.connections import connect
from tests.integration import marts_customers as people
from tests.integration.marts_second_moments import SecondMoments, channels
from tests.integration.marts_second_route import SecondRoute
from tests.integration.marts_second_survival import Life, curve, lives

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "dbt_project"
MARTS = (
    "customer_segments",
    "segment_summary",
    "customer_attrition",
    "segment_attrition",
    "customer_advocacy",
    "segment_advocacy",
    "attrition_survival",
    "recovery",
    "omnichannel",
    "tier_moves",
    "true_north",
    "touchpoint_emotions",
    "team_empathy",
    "initiative_impact",
    "freshness",
    "customer_value",
    "attrition_risk",
    "risk_reliability",
    "touchpoint_importance",
    "motivator_value",
    "segment_consolidation",
)
KEPT = ("tier_moves", "int_sales", "int_texts", "int_moments", "int_touchpoint_ratings")
CUSTOMER_MONTHS = ("customer_segments", "customer_attrition", "customer_advocacy")
OUTCOMES = (
    "stg_salesforce_orders",
    "stg_salesforce_referrals",
    "stg_salesforce_recommends",
    "stg_genesys_recommends",
)
QUERIES = re.findall(r"```sql\n(.*?);\n```", (ROOT / "docs" / "questions.md").read_text(), re.S)
NO_TESTS = ("--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")


class Marts:
    """The made-up customers' warehouse, and dbt to build it with."""

    def __init__(self, warehouse: Any, target: Path) -> None:
        self.dsn, self.target = warehouse.dsn("admin"), target
        self.transformer = warehouse.dsn("transformer")
        parts = conninfo_to_dict(self.transformer)
        self.environment = {
            "KINDRED_TRANSFORMER_HOST": str(parts["host"]),
            "KINDRED_TRANSFORMER_PORT": str(parts["port"]),
            "KINDRED_TRANSFORMER_USER": str(parts["user"]),
            "KINDRED_TRANSFORMER_PASSWORD": str(parts["password"]),
            "KINDRED_TRANSFORMER_DATABASE": str(parts["dbname"]),
            "KINDRED_PRESET": "retail",
        }

    def build(self, *options: str) -> None:
        """Build as a night does, with every unit and data test unless the options say otherwise."""
        self.dbt("--exclude", "source:estimated+", *options)
        with connect(self.transformer, autocommit=True) as conn:
            assert estimate(conn, print)[1] is None
        self.dbt("--select", "source:estimated+", *options)

    def dbt(self, *options: str) -> None:
        """Run `dbt build` in this process, as a night does: starting one takes seconds."""
        from dbt.cli.main import dbtRunner

        folders = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
        target = ["--target-path", str(self.target), "--log-level-file", "none"]
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.environment.items():
                patch.setenv(name, value)
            outcome: Any = dbtRunner().invoke(["build", *options, *folders, *target, "--quiet"])
        wrong = [
            (one.node.name, one.message)
            for one in outcome.result or ()
            if one.status in ("error", "fail", "runtime error")
        ]
        assert outcome.success, wrong or outcome.exception

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return what a query gives."""
        with psycopg.connect(self.transformer) as conn:
            return conn.execute(query).fetchall()

    def contents(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every mart as sorted text."""
        return {
            mart: self.rows(f'select t::text collate "C" from build.{mart} as t order by 1')
            for mart in MARTS
        }

    def keys(self) -> dict[str, str]:
        """Return the name of each table's primary key."""
        query = (
            "select conrelid::regclass::text, conname from pg_constraint"
            " where contype = 'p' and connamespace = 'build'::regnamespace"
        )
        return {table.removeprefix("build."): name for table, name in self.rows(query)}

    def models(self) -> set[str]:
        """Return the models whose scores the customer-month marts were made with."""
        marts = ("customer_segments", "customer_advocacy", "tier_moves")
        queries = [f"select distinct text_model_version from build.{mart}" for mart in marts]
        return {row[0] for query in queries for row in self.rows(query)}

    def versions(self, mart: str) -> dict[tuple[Any, ...], Any]:
        """Return the transaction that wrote each row of a customer-month mart."""
        rows = self.rows(f"select customer_id, month, xmin::text from build.{mart}")
        return {row[:2]: row[2] for row in rows}

    def writers(self, table: str) -> dict[str, list[str]]:
        """Return the transactions that wrote each customer's rows of a kept table."""
        query = f"select customer_id, array_agg(distinct xmin::text) from build.{table} group by 1"
        return dict(self.rows(query))


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A target folder for all tests: dbt parses the project once and keeps the result there."""
    return tmp_path_factory.mktemp("dbt")


@pytest.fixture
def marts(warehouse: Any, parsed: Path) -> Marts:
    """Marts of one first night."""
    people.fill(warehouse.dsn("admin"))
    built = Marts(warehouse, parsed)
    built.build("--full-refresh", *NO_TESTS)
    return built


@pytest.fixture(scope="module")
def first_night(warehouse_server: Any, parsed: Path) -> Iterator[Marts]:
    """The same for tests that only read, with the project's unit tests run once."""
    warehouse_server.empty()
    people.fill(warehouse_server.dsn("admin"))
    built = Marts(warehouse_server, parsed)
    built.build("--full-refresh")
    with psycopg.connect(built.transformer) as conn:
        people.foretell(conn)
    built.dbt("--select", "stg_estimated_lapse_risks+", "stg_estimated_risk_fits+")
    yield built
    warehouse_server.empty()


@pytest.fixture(scope="module")
def moments(first_night: Marts) -> SecondMoments:
    """The second route's moments of that night."""
    return SecondMoments(
        SecondRoute(first_night.dsn, seed("segment_thresholds"), seed("lapse_rules"))
    )


@pytest.fixture
def choosing(warehouse: Any, tmp_path: Path) -> Marts:
    """An empty warehouse and a target folder of one test, which parses more than once."""
    return Marts(warehouse, tmp_path)


def test_another_preset_gives_another_industrys_seeds_though_dbt_has_parsed_one(
    choosing: Marts,
) -> None:
    for preset in ("finance", "hospitality"):
        choosing.environment["KINDRED_PRESET"] = preset
        choosing.dbt("--select", "resource_type:seed")
        for name in ("touchpoint", "initiative"):
            path = PROJECT / "seeds" / "presets" / preset / f"{name}s.csv"
            told = sorted(line.split(",")[0] for line in path.read_text().splitlines()[1:])
            assert choosing.rows(f"select {name} from build.{name}s order by 1") == [
                (one,) for one in told
            ]


def customer(number: int) -> str:
    """Return a made-up contact's customer_id as the README defines it."""
    import hashlib

    return "c_" + hashlib.md5(f"003-{number:04}".encode()).hexdigest()[:16]  # noqa: S324


def seed(name: str) -> dict[str, Any]:
    """Return the one row of a seed, numbers as numbers."""
    lines = (PROJECT / "seeds" / "presets" / "retail" / f"{name}.csv").read_text().splitlines()
    pairs = zip(lines[0].split(","), lines[1].split(","), strict=True)
    return {key: yaml.safe_load(value) for key, value in pairs}


def test_a_change_rewrites_its_own_customer_months_only(marts: Marts) -> None:
    before = {mart: marts.versions(mart) for mart in CUSTOMER_MONTHS}
    writers = {table: marts.writers(table) for table in KEPT}
    caller, conversation, called = marts.rows(
        "select customer_id, subject, linked_at::date from build.int_customer_links"
        " where channel = 'conversation' and linked_at < '2026-07-01' order by 3 desc, 2 limit 1"
    )[0]
    with psycopg.connect(marts.dsn) as conn:
        new = people.order(10, "801-new", date(2026, 7, 10), 500)
        people.write(conn, "salesforce_orders", new)
        people.mark(conn, "salesforce_orders", "003-0010", date(2026, 7, 10), 2)
        conn.execute(
            "update raw.genesys_surveys set total_score = 1 - total_score / 100"
            " where conversation_id = %s",
            [conversation],
        )
        people.mark(conn, "genesys_surveys", conversation, called, 2)
    marts.build(*NO_TESTS)
    allowed = {(customer(10), date(2026, 7, 1))}
    allowed |= {(caller, date(2026, month, 1)) for month in (6, 7)}
    assert called > date(2026, 6, 2)
    for mart, old in before.items():
        new_rows = marts.versions(mart)
        rewritten = {key for key in new_rows if new_rows[key] != old.get(key)}
        assert rewritten, mart
        assert rewritten <= allowed, mart
        assert new_rows.keys() == old.keys(), mart
    for table, wrote in writers.items():
        now = marts.writers(table)
        rewritten = {name for name in now if now[name] != wrote.get(name)}
        assert rewritten <= {customer(10), caller}, table
    assert rewritten, "the call moved nobody's moments"
    found = marts.rows(
        "select last_order_on from build.customer_attrition"
        f" where customer_id = '{customer(10)}' and month = '2026-07-01'"
    )
    assert found == [(date(2026, 7, 10),)]


def test_a_day_without_changes_rewrites_only_what_the_day_turns(marts: Marts) -> None:
    before = marts.versions("customer_attrition")
    statuses = "select customer_id, month, status from build.customer_attrition"
    old = {row[:2]: row[2] for row in marts.rows(statuses)}
    with psycopg.connect(marts.dsn) as conn:
        people.move_cursors(conn, datetime(2026, 7, 19, tzinfo=UTC))
    marts.build(*NO_TESTS)
    after = marts.versions("customer_attrition")
    new = {row[:2]: row[2] for row in marts.rows(statuses)}
    turned = {key for key in new if new[key] != old[key]}
    assert turned, "the made-up customers give no status that turns in three days"
    assert {key for key in after if after[key] != before[key]} == turned


def test_nights_give_the_same_marts_as_a_full_refresh(marts: Marts) -> None:
    with psycopg.connect(marts.dsn) as conn:
        for changed in _a_busy_night(conn):
            people.mark(conn, *changed, 2)
        people.score(conn)
        people.move_cursors(conn, datetime(2026, 8, 3, tzinfo=UTC))
    before = marts.contents()
    marts.build(*NO_TESTS)
    by_nights = marts.contents()
    marts.build("--full-refresh", *NO_TESTS)
    assert marts.contents() == by_nights
    unlearned = {"attrition_risk", "risk_reliability"}  # too few made-up customers left
    assert {mart for mart in MARTS if by_nights[mart] == before[mart]} == unlearned
    gone = {customer(number) for number in (20, 60)}
    assert not gone & {row[0] for row in marts.rows("select customer_id from build.int_spine")}


def test_a_warehouse_built_without_keys_goes_on_and_its_records_get_theirs(marts: Marts) -> None:
    keys = marts.keys()
    assert keys.keys() >= {*MARTS, *KEPT}
    with psycopg.connect(marts.transformer) as conn:
        for table, key in keys.items():
            conn.execute(
                sql.SQL("alter table build.{} drop constraint {}").format(
                    sql.Identifier(table), sql.Identifier(key)
                )
            )
        conn.execute("alter table build.customer_segments alter tier drop not null")
    with psycopg.connect(marts.dsn) as conn:
        people.move_cursors(conn, datetime(2026, 7, 19, tzinfo=UTC))
    marts.build(*NO_TESTS)
    assert keys.keys() - marts.keys().keys() == {*CUSTOMER_MONTHS, "tier_moves"}


def test_a_build_that_was_never_published_is_still_owed(marts: Marts) -> None:
    due = "select customer_id, month from build.int_months_due"
    add = "insert into ops.builds (run_id, status) values ('r', 'building')"
    with psycopg.connect(marts.dsn) as conn:
        conn.execute(add)
        people.mark(conn, "salesforce_orders", "003-0010", date(2026, 7, 10), 1)
    marts.dbt("--select", "+int_months_due", *NO_TESTS)
    first = marts.rows(due)
    with psycopg.connect(marts.dsn) as conn:
        conn.execute("update ops.builds set status = 'failed'")
        conn.execute("delete from ops.changes")
        conn.execute(add)
    marts.dbt("--select", "+int_months_due", *NO_TESTS)
    assert first == [(customer(10), date(2026, 7, 1))]
    assert marts.rows(due) == first
    with psycopg.connect(marts.dsn) as conn:
        conn.execute("update ops.builds set status = 'published' where status = 'building'")
    marts.dbt("--select", "+int_months_due", *NO_TESTS)
    assert marts.rows(due) == []


def test_a_build_uses_one_model_whatever_takes_over_meanwhile(marts: Marts) -> None:
    add = "insert into ops.builds (run_id, status, text_model_version) values ('r', %s, %s)"
    with psycopg.connect(marts.dsn) as conn:
        conn.execute(add, ["building", "test-1"])
        people.mark(conn, "mastodon_statuses", "person9@social.example", date(2026, 1, 1), 1)
        people.score(conn, "test-2")
        conn.execute(add, ["building", "test-2"])
    before = marts.contents()
    marts.environment["KINDRED_BUILD_ID"] = "1"
    marts.build(*NO_TESTS)
    assert marts.models() == {"test-1"}
    assert marts.contents() == before
    marts.environment["KINDRED_BUILD_ID"] = "2"
    marts.build(*NO_TESTS)
    assert marts.models() == {"test-2"}


def test_a_model_that_takes_over_and_one_that_comes_back_give_what_a_full_refresh_gives(
    marts: Marts,
) -> None:
    by_first = marts.contents()
    with psycopg.connect(marts.dsn) as conn:
        people.score(conn, "test-2")
    marts.build(*NO_TESTS)
    by_second = marts.contents()
    assert marts.models() == {"test-2"}
    for mart in ("customer_segments", "segment_summary", "customer_advocacy", "true_north"):
        assert by_second[mart] != by_first[mart]
    marts.build("--full-refresh", *NO_TESTS)
    assert marts.contents() == by_second
    with psycopg.connect(marts.dsn) as conn:
        people.score(conn)
    marts.build(*NO_TESTS)
    assert marts.contents() == by_first


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
def test_a_suite_passes_a_good_mart_and_holds_one_that_counts_twice(
    mart: str, first_night: Marts
) -> None:
    suite = yaml.safe_load((ROOT / "expectations" / f"mart_{mart}.yml").read_text())
    assert suite["name"] == f"mart_{mart}"
    queries = [
        rule["kwargs"]["unexpected_rows_query"]
        for rule in suite["expectations"]
        if rule["type"] == "unexpected_rows_expectation"
    ]
    assert queries
    for query in queries:
        batch = f"(select * from build.{mart}) as subselect"
        assert first_night.rows(query.replace("{batch}", batch)) == [], query
    doubled = f"(select * from build.{mart} union all select * from build.{mart}) as subselect"
    assert any(first_night.rows(query.replace("{batch}", doubled)) for query in queries)
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


def _a_busy_night(conn: psycopg.Connection) -> list[tuple[str, str, date]]:
    """Change a little of everything; return load, subject and day of each change."""
    contacts = [
        (20, {"master_contact_id": "003-0021", "is_deleted": True}),
        (30, {"phone": "+31205550031"}),
        (33, {"mastodon_handle": "@person36@social.example"}),
        (41, {"has_text_consent": False}),
        (60, {"is_deleted": True}),
    ]
    for number, fields in contacts:
        changes = sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), value) for name, value in fields.items()
        )
        conn.execute(
            sql.SQL("update raw.salesforce_contacts set {} where contact_id = %s").format(changes),
            [f"003-{number:04}"],
        )
    conn.execute(
        "update raw.salesforce_orders set is_deleted = true where order_id like '%0050-001'"
    )
    people.write(conn, "salesforce_orders", people.order(70, "801-late", date(2026, 2, 3), 75))
    people.write(conn, "salesforce_orders", people.order(71, "801-new", date(2026, 8, 2), 75))
    conn.execute(
        "update raw.mastodon_statuses set is_deleted = true where account like 'person9@%'"
    )
    conn.execute(
        "update raw.salesforce_referrals set converted_on = '2026-07-30'"
        " where referrer_contact_id = '003-0082'"
    )
    conn.execute(
        "insert into ops.loads (load, run_id, window_start, window_end, attempt, status,"
        " rows_published, ended_at) values"
        " ('salesforce_orders', 'night', '2026-08-02', '2026-08-03', 1, 'published', 3, now())"
    )
    return [
        *(("salesforce_contacts", f"003-{number:04}", date(2026, 7, 30)) for number, _ in contacts),
        ("salesforce_orders", "003-0050", date(2025, 1, 1)),
        ("salesforce_orders", "003-0070", date(2026, 2, 3)),
        ("salesforce_orders", "003-0071", date(2026, 8, 2)),
        ("mastodon_statuses", "person9@social.example", date(2025, 1, 1)),
        ("salesforce_referrals", "003-0082", date(2026, 7, 30)),
    ]
