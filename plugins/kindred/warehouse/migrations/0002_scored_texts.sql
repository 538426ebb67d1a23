-- What texts express, by which model, and how far a new one has read: the schema `scored`.

-- What each text expresses, by its hash and the model that read it.
create table scored.texts (
    text_hash text not null,        -- md5 of the text as raw holds it
    model_version text not null,
    valence double precision,       -- -1 to 1; null when unscored
    -- Emotions, then motivators: probabilities, null when unscored.
    joy double precision,
    trust double precision,
    gratitude double precision,
    optimism double precision,
    surprise double precision,
    confusion double precision,
    anxiety double precision,
    sadness double precision,
    frustration double precision,
    anger double precision,
    neutral double precision,
    stand_out double precision,
    confidence_in_future double precision,
    well_being double precision,
    freedom double precision,
    thrill double precision,
    belonging double precision,
    protect_environment double precision,
    be_who_i_want double precision,
    security double precision,
    success_in_life double precision,
    unscored_reason text,
    scored_at timestamptz not null default now(),
    primary key (text_hash, model_version),
    check ((valence is null) <> (unscored_reason is null)),
    -- NaN is greater than any number, so it is refused too.
    constraint texts_are_in_range check (
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
    constraint texts_are_scored_whole check (
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
    )
);

-- Which model has read the whole of which load, as far as which build had claimed it. It has
-- missed something where a later build was published that another model read for.
create table scored.complete (
    load text not null,
    model_version text not null,
    completed_at timestamptz not null default now(),
    build_id bigint,
    primary key (load, model_version)
);

-- The models that have read anything. The one that was activated last is the one the marts use.
create table scored.models (
    model_version text primary key,
    activated_at timestamptz,       -- null: it has not read everything yet
    -- Builds used it while its texts were not all read, so those texts made nobody due.
    is_behind boolean not null default false,
    texts_left bigint not null default 0,   -- to be read, when it last stopped reading
    read_at timestamptz not null default now()
);

-- How tonight's texts were scored, build by load by score: what the gate of scores looks at, and
-- what later nights compare with. Words that were said twice count twice.
create table scored.profiles (
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
