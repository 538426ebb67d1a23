"""The distribution of tonight's scores, and its distance from the nights before.

The distance is the population stability index over bands of a score: the sum of (now - before)
x ln(now / before) over the shares of the bands. By the usual rule of thumb, below 0.1 nothing has
changed, and from 0.25 on the population is a different one. Loads are compared separately, so that
a source that is down does not look like a change of mood.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from kindred.loads import Load
from kindred.scoring import text_queries
from kindred.scoring.model_selection import ModelSelection
from kindred.text_emotions import SCORES

# The limits between five bands, close together where most probabilities lie.
VALENCE_EDGES = [-0.6, -0.2, 0.2, 0.6]
PROBABILITY_EDGES = [0.05, 0.1, 0.2, 0.5]
BANDS = len(PROBABILITY_EDGES) + 1
REFERENCE_BUILDS = 28


def write(conn: psycopg.Connection, load: Load, build_id: int, choice: ModelSelection) -> None:
    """Count the claimed texts of a load by score and band, and compare them."""
    values = {
        "build": build_id,
        "load": load.name,
        "read_by": choice.installed,
        "used": choice.used,
        "valence": VALENCE_EDGES,
        "probability": PROBABILITY_EDGES,
        "builds": REFERENCE_BUILDS,
        "pseudo_texts": 0.5,
    }
    with conn.transaction():
        conn.execute(_counting(load), values)
        conn.execute(_COMPARING, values)


def _counting(load: Load) -> sql.Composed:
    band = sql.SQL("coalesce(sum(texts) filter (where band = {}), 0)::bigint")
    return sql.SQL(
        """
        with said as materialized (
            select md5(words) as text_hash, count(*) as texts
            from ({claimed}) as texts
            group by words
        ),
        read as materialized (
            select said.texts, found.*, used.text_hash is null as is_waiting
            from said
            inner join scored.texts as found
                on found.text_hash = said.text_hash and found.model_version = %(read_by)s
            left join scored.texts as used
                on used.text_hash = said.text_hash and used.model_version = %(used)s
        ),
        by_band as (
            select
                score,
                width_bucket(
                    value, case when score = 'valence' then %(valence)s::float8[]
                    else %(probability)s::float8[] end
                ) as band,
                unscored_reason is not null as is_unscored,
                is_waiting,
                sum(texts) as texts,
                min(value) as lowest,
                max(value) as highest
            from read cross join lateral (values {pairs}) as long (score, value)
            group by 1, 2, 3, 4
        )
        insert into scored.profiles (
            build_id, load, score, model_version, texts, scored, unscored, waiting,
            lowest, highest, bands
        )
        select
            %(build)s, %(load)s, names.score, %(read_by)s,
            (select coalesce(sum(texts), 0) from said),
            coalesce(sum(texts) filter (where band is not null), 0),
            coalesce(sum(texts) filter (where is_unscored), 0),
            coalesce(sum(texts) filter (where is_waiting), 0),
            min(lowest), max(highest), array[{bands}]
        from unnest({scores}::text[]) as names (score)
        left join by_band on by_band.score = names.score
        group by names.score
        order by names.score
        on conflict (build_id, load, score) do update set
            model_version = excluded.model_version, texts = excluded.texts,
            scored = excluded.scored, unscored = excluded.unscored, waiting = excluded.waiting,
            lowest = excluded.lowest, highest = excluded.highest, bands = excluded.bands,
            reference_texts = 0, psi = null
        """
    ).format(
        claimed=text_queries.claimed(load),
        pairs=sql.SQL(", ").join(
            sql.SQL("({}, {})").format(name, sql.Identifier(name)) for name in SCORES
        ),
        bands=sql.SQL(", ").join(band.format(number) for number in range(BANDS)),
        scores=list(SCORES),
    )


# Half a text is added to each band, so that a band empty by chance is not infinitely far.
_COMPARING = """
    with nights as (
        select profiles.*
        from scored.profiles
        where load = %(load)s and model_version = %(read_by)s and build_id in (
            select build_id from ops.builds
            where status = 'published' and build_id <> %(build)s and build_id >= (
                select coalesce(max(build_id), 0) from ops.builds
                where status = 'published' and scores_accepted is not null
            )
            order by build_id desc limit %(builds)s
        )
    ),
    before as (
        select score, place, sum(height) as height
        from nights cross join lateral unnest(bands) with ordinality as band (height, place)
        group by score, place
    ),
    now as (
        select score, place, height
        from scored.profiles
        cross join lateral unnest(bands) with ordinality as band (height, place)
        where build_id = %(build)s and load = %(load)s
    ),
    shares as (
        select
            score,
            before.height,
            (now.height + %(pseudo_texts)s)
            / sum(now.height + %(pseudo_texts)s) over (partition by score) as now_share,
            (before.height + %(pseudo_texts)s)
            / sum(before.height + %(pseudo_texts)s) over (partition by score) as before_share
        from now inner join before using (score, place)
    ),
    compared as (
        select
            score,
            sum(height) as reference_texts,
            sum((now_share - before_share) * ln(now_share / before_share)) as psi
        from shares
        group by score
    )
    update scored.profiles
    set reference_texts = compared.reference_texts, psi = compared.psi
    from compared
    where build_id = %(build)s and load = %(load)s and profiles.score = compared.score
"""
