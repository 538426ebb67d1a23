-- The warehouse outside dbt: schemas, the ledger, quarantine.
-- Tables of loads (landing, held, raw) are made from the row contracts, see schema.py.

create schema if not exists landing;     -- unlogged, one batch at a time, before its gate
create schema if not exists held;        -- batches whose gate said no, kept until released or replaced
create schema if not exists quarantine;  -- rows that broke their contract
create schema if not exists raw;         -- the newest version of every record, gated
create schema if not exists scored;      -- texts and what they express
create schema if not exists ops;         -- ledger, cursors, gate results, publications
create schema if not exists build;       -- dbt's workshop
create schema if not exists marts;       -- what readers see

create table locks.build ();
create table locks.attempt ();
create table locks.publish ();

create table ops.loads (
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
    is_backfill boolean not null default false, -- moves no cursor
    -- Rows with a text of which NUL or half a surrogate pair was taken.
    texts_replaced bigint not null default 0,
    -- Values that could not be read, such as addresses: null in the row, kept in its _extra.
    values_unread bigint not null default 0,
    extra_fields text[] not null default '{}',
    unanswered text[] not null default '{}',    -- asked for again, by id
    -- empty or thin: asked for again by the following nights until it is confirmed
    suspicion text,
    confirmed_at timestamptz,
    rows_asked_again bigint,
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
create sequence ops.attempts;
-- A run has one batch of a load under way; what it has settled stays beside that, see docs/ledger.md.
create unique index loads_unsettled on ops.loads (load, run_id)
where status in ('landing', 'landed', 'passed', 'failed');
create index loads_by_load on ops.loads (load, window_end desc);

-- Up to where each load is published: moves forward only.
create table ops.cursors (
    load text primary key,
    through timestamptz not null,
    batch_id bigint not null,
    moved_at timestamptz not null default now()
);

-- How far the ids of each load have been compared with the vendor's: a row a load and run.
-- A round goes through all ids in as many runs as it takes, from an empty `after_key` to a null
-- `through_key`; it is behind once a run's batch of tombstones, if it has one, is settled.
create table ops.reconciliations (
    reconciliation_id bigint generated always as identity primary key,
    load text not null,
    run_id text not null,
    batch_id bigint,                -- its tombstones; null where nothing was gone
    is_dry_run boolean not null,    -- says what would be done, and moves nothing
    round bigint not null,
    round_of timestamptz not null,  -- up to where the load was published as the round began
    after_key text not null,
    through_key text,
    ids_at_vendor bigint not null,  -- live ones
    ids_in_raw bigint not null,     -- live ones
    ids_gone bigint not null,       -- in raw, and at the vendor in no state
    ids_returned bigint not null,   -- ended by a comparison before, and live at the vendor after all
    ids_unknown bigint not null,    -- at the vendor, and not as new in raw though asked for
    unknown_from timestamptz,       -- the stamps of those
    unknown_to timestamptz,
    ended_at timestamptz not null default now(),
    unique (load, run_id)
);
create index reconciliations_by_batch on ops.reconciliations (batch_id);

-- The loads as their vendors declare them: made anew by each migration.
create table ops.source_loads (
    load text primary key,
    vendor text not null,
    source text not null,           -- crm, call_center, social, ...
    entity text,                    -- whose rows its staging model brings; null: those of none
    link text not null,             -- what its subject is: contact, conversation or account
    is_dated boolean not null       -- a change matters from its day on, not to the whole history
);

-- What a publication changed: a build claims rows, its marts publication deletes them.
create table ops.changes (
    change_id bigint generated always as identity primary key,
    load text not null,
    subject text not null,          -- contact, conversation or account
    from_date date not null,        -- the earliest day whose evidence changed
    batch_id bigint not null,
    build_id bigint                 -- null: not yet built
);
create index changes_by_build on ops.changes (build_id);

-- Every address that any published version of a person's record had: what was changed or merged away
-- still says whose the calls and posts of then are.
create table ops.addresses (
    load text not null,
    subject text not null,
    rule text not null,             -- email, phone, claimed_handle
    address text not null,
    primary key (load, subject, rule, address)
);

-- The ledger of identities: contacts of a customer that a later build gave to another. Kept for ever:
-- who has a customer's name of before finds here what it became.
create table ops.identity_changes (
    change_id bigint generated always as identity primary key,
    build_id bigint,                -- null where dbt was run by hand
    customer_id text not null,
    became text not null,
    is_gone boolean not null,       -- no contact has the name any more; else the customer was split
    vendor text not null,           -- of the contacts that moved
    contacts bigint not null,
    rule text not null,             -- by which they belong to whom they belong now
    seen_at timestamptz not null default now()
);
create index identity_changes_by_customer on ops.identity_changes (customer_id);

create table ops.builds (
    build_id bigint generated always as identity primary key,
    run_id text not null,
    -- building > built > passed > published; or failed, held, skipped
    status text not null,
    is_full_refresh boolean not null default false,
    data_through timestamptz,
    changes bigint not null default 0,
    models jsonb,                   -- per dbt node: name, status, seconds, rows
    text_model_version text,        -- whose scores it uses, once scored
    scores_accepted text,           -- why what their gate holds may pass
    attempt bigint,                 -- who may write to `build` for it
    message text,
    started_at timestamptz not null default now(),
    built_at timestamptz,
    gated_at timestamptz,
    published_at timestamptz
);

-- Every write of a build begins with this: it fails in a session of an attempt that was replaced,
-- and until its transaction ends nobody else begins an attempt. A session says which attempt it is
-- of in `kindred.attempt`; one that says nothing is a person's, at work with dbt by hand.
create function ops.hold_attempt() returns void language plpgsql as $$
declare
    mine bigint := nullif(current_setting('kindred.attempt', true), '');
begin
    lock table locks.attempt in share mode;
    if mine < (select max(attempt) from ops.builds) then
        raise exception 'a newer attempt builds the marts: attempt % writes nothing more', mine;
    end if;
end $$;

create table ops.gate_results (
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

create table quarantine.rows (
    row_id bigint generated always as identity primary key,
    load text not null,
    batch_id bigint not null,
    reason text not null,           -- field and rule, never the value
    record text not null,           -- the record whole, as JSON text
    quarantined_at timestamptz not null default now()
);
create index rows_by_batch on quarantine.rows (batch_id);
