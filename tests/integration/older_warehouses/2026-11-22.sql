-- The warehouse as the version of 22 November 2026 made it.
create schema if not exists locks;
-- The warehouse outside dbt: schemas, the ledger, and who may touch what.
-- Applied by `kindred migrate` as kindred_admin; every statement can be run again.
-- Tables of loads (landing, held, raw) are made from the row contracts, see schema.py.

create schema if not exists landing;     -- unlogged, one batch at a time, before its gate
create schema if not exists held;        -- batches whose gate said no, kept until released or replaced
create schema if not exists quarantine;  -- rows that broke their contract
create schema if not exists raw;         -- the newest version of every record, gated
create schema if not exists scored;      -- texts and what they express
create schema if not exists ops;         -- ledger, cursors, gate results, publications
create schema if not exists build;       -- dbt's workshop
create schema if not exists marts;       -- what readers see

create table if not exists ops.loads (
    batch_id bigint generated always as identity primary key,
    load text not null,
    run_id text not null,
    window_start timestamptz not null,
    window_end timestamptz not null,
    attempt bigint not null,
    -- landing > landed > passed > published; or failed, held, superseded, skipped
    status text not null,
    rows_landed bigint not null default 0,
    rows_quarantined bigint not null default 0,
    rows_published bigint,
    extra_fields text[] not null default '{}',
    message text,
    started_at timestamptz not null default now(),
    landed_at timestamptz,
    gated_at timestamptz,
    ended_at timestamptz,
    check (window_start < window_end),
    check (status in (
        'landing', 'landed', 'passed', 'published', 'failed', 'held', 'superseded', 'skipped'
    ))
);
create sequence if not exists ops.attempts;
alter table ops.loads
    add column if not exists is_backfill boolean not null default false, -- moves no cursor
    drop constraint if exists loads_load_run_id_key;
-- A run has one batch of a load under way; what it has settled stays beside that, see docs/ledger.md.
create unique index if not exists loads_unsettled on ops.loads (load, run_id)
where status in ('landing', 'landed', 'passed', 'failed');
create index if not exists loads_by_load on ops.loads (load, window_end desc);

-- Up to where each load is published: moves forward only.
create table if not exists ops.cursors (
    load text primary key,
    through timestamptz not null,
    batch_id bigint not null,
    moved_at timestamptz not null default now()
);

-- What a publication changed: a build claims rows, its marts publication deletes them.
create table if not exists ops.changes (
    change_id bigint generated always as identity primary key,
    load text not null,
    subject text not null,          -- contact, conversation or account
    from_date date not null,        -- the earliest day whose evidence changed
    batch_id bigint not null,
    build_id bigint                 -- null: not yet built
);
create index if not exists changes_by_build on ops.changes (build_id);

create table if not exists ops.builds (
    build_id bigint generated always as identity primary key,
    run_id text not null,
    -- building > built > passed > published; or failed, held, skipped
    status text not null,
    is_full_refresh boolean not null default false,
    data_through timestamptz,
    changes bigint not null default 0,
    models jsonb,                   -- per dbt node: name, status, seconds, rows
    message text,
    started_at timestamptz not null default now(),
    built_at timestamptz,
    gated_at timestamptz,
    published_at timestamptz
);
alter table ops.builds
    add column if not exists text_model_version text,   -- whose scores it uses, once scored
    add column if not exists scores_accepted text,      -- why what their gate holds may pass
    add column if not exists attempt bigint;            -- who may write to `build` for it

-- Every write of a build begins with this: it fails in a session of an attempt that was replaced,
-- and until its transaction ends nobody else begins an attempt. A session says which attempt it is
-- of in `kindred.attempt`; one that says nothing is a person's, at work with dbt by hand.
create or replace function ops.hold_attempt() returns void language plpgsql as $$
declare
    mine bigint := nullif(current_setting('kindred.attempt', true), '');
begin
    perform pg_advisory_xact_lock_shared(hashtextextended('kindred:attempt', 0));
    if mine < (select max(attempt) from ops.builds) then
        raise exception 'a newer attempt builds the marts: attempt % writes nothing more', mine;
    end if;
end $$;

create table if not exists ops.gate_results (
    result_id bigint generated always as identity primary key,
    suite text not null,            -- a load, scored_texts, or mart_<mart>
    batch_id bigint,
    build_id bigint,
    rule text not null,             -- expectation type and column, never a value
    severity text not null check (severity in ('critical', 'warning')),
    is_passed boolean not null,
    rows_checked bigint,
    rows_failed bigint,
    notes text,
    checked_at timestamptz not null default now(),
    check ((batch_id is null) <> (build_id is null))
);

create table if not exists quarantine.rows (
    row_id bigint generated always as identity primary key,
    load text not null,
    batch_id bigint not null,
    reason text not null,           -- field and rule, never the value
    record text not null,           -- the record whole, as JSON text
    quarantined_at timestamptz not null default now()
);
create index if not exists rows_by_batch on quarantine.rows (batch_id);
-- What texts express, by which model, and how far a new one has read: the schema `scored`.
-- Applied after schema.sql, by the same hand; every statement can be run again.

-- What each text expresses, by its hash and the model that read it.
create table if not exists scored.texts (
    text_hash text not null,        -- md5 of the text as raw holds it
    model_version text not null,
    valence double precision,       -- -1 to 1; null when unscored
    unscored_reason text,
    scored_at timestamptz not null default now(),
    primary key (text_hash, model_version),
    check ((valence is null) <> (unscored_reason is null))
);
alter table scored.texts
    -- Emotions, then motivators: probabilities, null when unscored.
    add column if not exists joy double precision,
    add column if not exists trust double precision,
    add column if not exists gratitude double precision,
    add column if not exists optimism double precision,
    add column if not exists surprise double precision,
    add column if not exists confusion double precision,
    add column if not exists anxiety double precision,
    add column if not exists sadness double precision,
    add column if not exists frustration double precision,
    add column if not exists anger double precision,
    add column if not exists neutral double precision,
    add column if not exists stand_out double precision,
    add column if not exists confidence_in_future double precision,
    add column if not exists well_being double precision,
    add column if not exists freedom double precision,
    add column if not exists thrill double precision,
    add column if not exists belonging double precision,
    add column if not exists protect_environment double precision,
    add column if not exists be_who_i_want double precision,
    add column if not exists security double precision,
    add column if not exists success_in_life double precision;
do $$ begin
    if not exists (
        select from pg_constraint
        where conrelid = 'scored.texts'::regclass and conname = 'texts_are_in_range'
    ) then
        -- NaN is greater than any number, so it is refused too.
        alter table scored.texts
            add constraint texts_are_in_range check (
                valence between -1 and 1
                and least(
                    joy, trust, gratitude, optimism, surprise, confusion, anxiety, sadness,
                    frustration, anger, neutral, stand_out, confidence_in_future, well_being,
                    freedom, thrill, belonging, protect_environment, be_who_i_want, security,
                    success_in_life
                ) >= 0
                and greatest(
                    joy, trust, gratitude, optimism, surprise, confusion, anxiety, sadness,
                    frustration, anger, neutral, stand_out, confidence_in_future, well_being,
                    freedom, thrill, belonging, protect_environment, be_who_i_want, security,
                    success_in_life
                ) <= 1
            ),
            -- All of the scores or none; the first model, vader, knew valence only.
            add constraint texts_are_scored_whole check (
                num_nulls(
                    joy, trust, gratitude, optimism, surprise, confusion, anxiety, sadness,
                    frustration, anger, neutral, stand_out, confidence_in_future, well_being,
                    freedom, thrill, belonging, protect_environment, be_who_i_want, security,
                    success_in_life
                ) = case when unscored_reason is null then 0 else 21 end
                or (
                    model_version like 'vader-%'
                    and num_nonnulls(
                        joy, trust, gratitude, optimism, surprise, confusion, anxiety, sadness,
                        frustration, anger, neutral, stand_out, confidence_in_future, well_being,
                        freedom, thrill, belonging, protect_environment, be_who_i_want, security,
                        success_in_life
                    ) = 0
                )
            );
    end if;
end $$;

-- Which model has read the whole of which load, as far as which build had claimed it. It has
-- missed something where a later build was published that another model read for.
create table if not exists scored.complete (
    load text not null,
    model_version text not null,
    completed_at timestamptz not null default now(),
    primary key (load, model_version)
);
alter table scored.complete add column if not exists build_id bigint;
update scored.complete
set build_id = (select coalesce(max(build_id), 0) from ops.builds)
where build_id is null;

-- The models that have read anything. The one that was activated last is the one the marts use.
create table if not exists scored.models (
    model_version text primary key,
    activated_at timestamptz,       -- null: it has not read everything yet
    -- Builds used it while its texts were not all read, so those texts made nobody due.
    is_behind boolean not null default false,
    texts_left bigint not null default 0,   -- to be read, when it last stopped reading
    read_at timestamptz not null default now()
);
-- Before there was a choice, marts used the model that had scored last.
insert into scored.models (model_version, activated_at, read_at)
select model_version, scored_at, scored_at
from scored.texts
where not exists (select from scored.models)
order by scored_at desc, model_version desc
limit 1;

-- How tonight's texts were scored, build by load by score: what the gate of scores looks at, and
-- what later nights compare with. Words that were said twice count twice.
create table if not exists scored.profiles (
    build_id bigint not null,
    load text not null,
    score text not null,            -- valence, an emotion or a motivator
    model_version text not null,
    texts bigint not null,
    scored bigint not null,
    unscored bigint not null,       -- with a reason
    waiting bigint not null,        -- read, but not by the model whose scores the marts use
    lowest double precision,
    highest double precision,
    bands bigint[] not null,        -- texts by the height of the score
    reference_texts bigint not null default 0,
    psi double precision,           -- population stability index against the reference
    primary key (build_id, load, score)
);
-- What models estimate from the tables that dbt made, for the marts on top of them: the schema
-- `estimated`. Rewritten whole by each build; applied after schema.sql, every statement can be
-- run again. Figures are rounded to six decimals before they come here.

create schema if not exists estimated;

-- How much each touchpoint, or motivator, goes with an outcome, as of a month's end.
create table if not exists estimated.driver_weights (
    topic text not null,                -- touchpoint, motivator
    month date not null,
    item text not null,
    customers bigint not null,          -- who have the outcome and rated any item
    rated bigint not null,              -- of them, who rated this one
    correlation numeric,                -- with the outcome
    weight numeric,                     -- of the outcome's variance; all add up to r_squared
    weight_low numeric,
    weight_high numeric,
    share numeric,                      -- of r_squared; all add up to 1
    share_low numeric,
    share_high numeric,
    r_squared numeric,
    chance numeric,                     -- the weight of an item that has nothing to do with it
    quadrant text,                      -- key_driver, hidden_driver, claimed, low
    is_certain boolean,                 -- the interval is on one side of the quadrants' cut
    primary key (topic, month, item)
);

-- Who will have left three months after the month's end, and what raises it most.
create table if not exists estimated.lapse_risks (
    customer_id text primary key,
    month date not null,
    probability numeric not null,
    reason_1 text,                      -- names of features, the strongest first
    reason_2 text,
    reason_3 text
);

-- How such a forecast came true that was made three months earlier, by predicted risk.
create table if not exists estimated.risk_checks (
    month date not null,                -- as of whose end it was made
    band bigint not null,               -- 1: the lowest tenth
    customers bigint not null,
    predicted numeric not null,         -- mean probability
    left_customers bigint not null,
    primary key (month, band)
);
create table if not exists estimated.risk_fits (
    month date primary key,             -- as of whose end customers are judged
    reason text,                        -- why nobody is; null where they are
    check_month date,
    customers bigint,                   -- of the check
    brier numeric,
    brier_base numeric,                 -- of saying the rate that came true of everybody
    skill numeric,                      -- 1 - brier / brier_base
    skill_low numeric,
    skill_high numeric,
    auc numeric,
    auc_low numeric,
    auc_high numeric,
    lift numeric,                       -- rate of the tenth with the highest risk by rate of all
    lift_low numeric,
    lift_high numeric,
    slope numeric,                      -- of outcomes on log-odds; under 1: too extreme
    slope_low numeric,
    slope_high numeric
);

-- What a customer will buy in the twelve months after the month's end.
create table if not exists estimated.order_expectations (
    customer_id text primary key,
    month date not null,
    probability_active numeric not null,
    expected_orders numeric not null,   -- days with an order
    expected_order_value numeric not null,
    expected_value numeric not null
);
create table if not exists estimated.tier_values (
    month date not null,
    tier text not null,
    customers bigint not null,          -- of the month, who ever bought
    mean numeric not null,              -- of expected_value
    low numeric not null,
    high numeric not null,
    primary key (month, tier)
);
create table if not exists estimated.value_fits (
    month date primary key,
    reason text,                        -- why there are no expectations; null where there are
    customers bigint not null,
    likeness numeric                    -- rank correlation of orders and value; near 0 is right
);
