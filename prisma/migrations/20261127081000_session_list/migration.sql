-- What people see of their sessions.
ALTER TABLE "sessions"
    ADD COLUMN "last_used_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
    ADD COLUMN "user_agent" VARCHAR(255);

-- Every process hears at once of sessions and tokens that end or change, whoever does it. The argument is the column that names
-- one; a changed one has "~" in front.
CREATE FUNCTION "announce_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('tandem_' || TG_TABLE_NAME, CASE TG_OP WHEN 'UPDATE' THEN '~' ELSE '' END || (to_jsonb(OLD) ->> TG_ARGV[0]));
    RETURN NULL;
END $$;
CREATE TRIGGER "sessions_change" AFTER DELETE OR UPDATE OF "user_id", "expires_at" ON "sessions"
    FOR EACH ROW EXECUTE FUNCTION "announce_change"('id');
CREATE TRIGGER "api_tokens_change" AFTER DELETE OR UPDATE OF "user_id", "expires_at", "scopes" ON "api_tokens"
    FOR EACH ROW EXECUTE FUNCTION "announce_change"('digest');
