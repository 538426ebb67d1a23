-- What only a superuser can set, said in the warehouse's database; every statement can be run again.
-- The embedded server does so at each start, docker/postgres-init.sh once. A server of your own:
-- psql --dbname=warehouse --file=plugins/kindred/warehouse/platform.sql

-- Other databases are for their owners: nobody else connects or makes temporary tables there.
revoke all on database postgres, template1 from public;

alter role kindred_reader set search_path = marts;
-- All that a transaction reads is of one publication; who only reads never has to repeat.
alter role kindred_reader set default_transaction_isolation = 'repeatable read';
-- Readers that open sessions, or sort, without end leave the night its connections and its disk.
alter role kindred_reader connection limit 50;
alter role kindred_reader set temp_file_limit = '10GB';

-- Neither asks for a privilege: a login could fill the table of locks that all sessions share, and
-- large objects the disk.
do $$
declare
    open_to_all regprocedure;
begin
    for open_to_all in
        select oid::regprocedure
        from pg_proc
        where
            pronamespace = 'pg_catalog'::regnamespace
            and proname ~ '^(pg_(try_)?advisory_|lo_|loread$|lowrite$)'
            and has_function_privilege('public', oid, 'execute')
    loop
        execute format('revoke execute on function %s from public', open_to_all);
    end loop;
end $$;
