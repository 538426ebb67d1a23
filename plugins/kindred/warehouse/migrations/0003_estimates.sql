-- What models estimate from the tables that dbt made, for the marts on top of them: the schema
-- `estimated`. Rewritten whole by each build. Figures are rounded to six decimals before they
-- come here.

create schema if not exists estimated;

-- How much each touchpoint, or motivator, goes with an outcome, as of a month's end.
create table estimated.driver_weights (
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
create table estimated.driver_fits (
    topic text not null,
    month date not null,
    reason text,                        -- why no item has a weight; null where one has
    primary key (topic, month)
);

-- Who will have left three months after the month's end, and what raises it most.
create table estimated.lapse_risks (
    customer_id text primary key,
    month date not null,
    probability numeric not null,
    reason_1 text,                      -- names of features, the strongest first
    reason_2 text,
    reason_3 text
);

-- How such a forecast came true that was made three months earlier, by predicted risk.
create table estimated.risk_checks (
    month date not null,                -- as of whose end it was made
    band bigint not null,               -- 1: the lowest tenth
    customers bigint not null,
    predicted numeric not null,         -- mean probability
    left_customers bigint not null,
    primary key (month, band)
);
create table estimated.risk_fits (
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
create table estimated.order_expectations (
    customer_id text primary key,
    month date not null,
    probability_active numeric not null,
    expected_orders numeric not null,   -- days with an order
    expected_order_value numeric not null,
    expected_value numeric not null
);
create table estimated.tier_values (
    month date not null,
    tier text not null,
    customers bigint not null,          -- of the month, who ever bought
    mean numeric not null,              -- of expected_value
    low numeric not null,
    high numeric not null,
    primary key (month, tier)
);
create table estimated.value_fits (
    month date primary key,
    reason text,                        -- why there are no expectations; null where there are
    customers bigint not null,
    likeness numeric                    -- rank correlation of orders and value; near 0 is right
);
