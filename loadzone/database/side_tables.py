"""The tables of what need not outlive a crash: sign-in codes and the counters of rate limits. They cost no log."""

# `proof`: an HMAC of the code; nobody can turn it back. No index has a column that a try or a hit changes, and pages
# have room left, so that such a change stays on its page and leaves nothing to clean up in the indexes.
LOGIN_CODES = """
    CREATE UNLOGGED TABLE loadzone.login_codes(
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        ticket text NOT NULL UNIQUE,
        proof text NOT NULL,
        tries_left integer NOT NULL,
        is_used boolean NOT NULL DEFAULT false,
        until timestamptz NOT NULL) WITH (fillfactor = 70);
"""

# The counter with the empty key is the number of all others. Each new one removes up to ten that are over. The lock
# makes counting one thing after another: a limit for all is among nearly all hits, so they would wait for each other
# anyway. A node that hangs cannot hold it, since the transaction is this one statement.
COUNTERS = """
    CREATE UNLOGGED TABLE loadzone.counters(
        key text PRIMARY KEY,
        hits integer NOT NULL,
        until timestamptz NOT NULL) WITH (fillfactor = 70);
    CREATE INDEX counters_until ON loadzone.counters(until);

    CREATE FUNCTION loadzone.count_hits(
        keys text[], most integer[], seconds integer[], more integer, is_exempt boolean, room integer
    ) RETURNS double precision LANGUAGE plpgsql AS $$
    DECLARE
        at timestamptz;
        ends timestamptz;
        gone integer;
        total integer;
    BEGIN
        PERFORM pg_advisory_xact_lock(7001004);
        at := clock_timestamp();
        FOR i IN 1 .. cardinality(keys) LOOP
            UPDATE loadzone.counters
               SET hits = more + CASE WHEN until > at THEN hits ELSE 0 END,
                   until = CASE WHEN until > at THEN until ELSE at + make_interval(secs => seconds[i]) END
             WHERE key = keys[i] AND more + CASE WHEN until > at THEN hits ELSE 0 END <= most[i];
            CONTINUE WHEN FOUND;
            SELECT until INTO ends FROM loadzone.counters WHERE key = keys[i];
            IF FOUND OR more > most[i] THEN
                RETURN coalesce(greatest(0, extract(epoch FROM ends - at)), 0);
            END IF;
            DELETE FROM loadzone.counters WHERE key IN (
                SELECT key FROM loadzone.counters WHERE until <= at ORDER BY until LIMIT 10);
            GET DIAGNOSTICS gone = ROW_COUNT;
            UPDATE loadzone.counters SET hits = hits - gone WHERE key = '' RETURNING hits INTO total;
            IF total >= room AND NOT is_exempt THEN
                RETURN 0;
            END IF;
            INSERT INTO loadzone.counters VALUES (keys[i], more, at + make_interval(secs => seconds[i]));
            INSERT INTO loadzone.counters VALUES ('', 1, 'infinity')
                ON CONFLICT (key) DO UPDATE SET hits = counters.hits + 1;
        END LOOP;
        RETURN NULL;
    END $$;
"""
