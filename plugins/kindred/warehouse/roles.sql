-- Grants for the five roles; the roles themselves and their passwords are the platform's
-- (kindred/embedded/postgres.py on one machine, docker/postgres-init.sh for a team).

revoke all on schema public from public;

-- Who may lock: nobody else can enter the schema, a reader least of all.
grant usage on schema locks to kindred_loader, kindred_transformer, kindred_publisher;
grant update on all tables in schema locks to kindred_loader;
grant update on locks.build, locks.attempt to kindred_transformer;
grant update on locks.publish to kindred_publisher;
revoke update on locks.build, locks.publish, locks.migrate from kindred_loader; -- it shares locks.attempt

grant usage, create on schema landing, held, raw to kindred_loader;
grant usage on schema quarantine, ops, scored to kindred_loader;
grant usage on schema build to kindred_loader; -- dbt grants it the view of whose texts to score
grant select, insert, update, delete on all tables in schema landing, held, raw to kindred_loader;
grant maintain on all tables in schema raw to kindred_loader; -- analyze after a big merge
grant select, insert, delete on all tables in schema quarantine to kindred_loader;
grant select, insert, update, delete on all tables in schema scored to kindred_loader;
grant select, insert, update, delete on ops.loads, ops.cursors, ops.changes to kindred_loader;
grant select, insert, update on ops.reconciliations to kindred_loader;
grant select, insert on ops.gate_results to kindred_loader;
grant select, insert, delete on ops.addresses to kindred_loader;
grant select on ops.builds to kindred_loader; -- how far a model has read
grant usage on all sequences in schema ops, quarantine to kindred_loader;

grant usage on schema raw, scored, ops to kindred_transformer;
grant select on all tables in schema raw, scored, ops to kindred_transformer;
grant update on ops.changes to kindred_transformer;
grant insert, update on ops.builds to kindred_transformer;
grant insert on ops.identity_changes to kindred_transformer;
grant usage on schema estimated to kindred_transformer;
grant select, insert, delete on all tables in schema estimated to kindred_transformer;
grant update on scored.models to kindred_transformer; -- a build settles which model it uses
grant insert on ops.gate_results to kindred_transformer;
grant usage on all sequences in schema ops to kindred_transformer;
grant usage, create on schema build to kindred_transformer;
do $$ begin
    -- dbt asks for its schema by name even where it exists.
    execute format('grant create on database %I to kindred_transformer', current_database());
    -- Merges, builds and publications work through temporary tables.
    execute format(
        'grant temporary on database %I'
        ' to kindred_loader, kindred_transformer, kindred_publisher',
        current_database()
    );
end $$;

grant usage, create on schema marts to kindred_publisher;
grant usage on schema build, ops to kindred_publisher;
grant select on all tables in schema ops to kindred_publisher;
grant delete on ops.changes to kindred_publisher;
grant update on ops.builds to kindred_publisher;

grant usage on schema marts to kindred_reader;
