-- Accounts made by signup: no token of another issuer speaks for one. An account that was adopted from an earlier back end has
-- none of these, also after its person has set a password.
ALTER TABLE "credentials" ADD COLUMN "created_with_account" BOOLEAN NOT NULL DEFAULT false;
UPDATE "credentials" SET "created_with_account" = true;

-- People as other issuers know them.
CREATE TABLE "user_identities" (
    "issuer" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "user_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
    "refused_until" TIMESTAMPTZ(3),

    CONSTRAINT "user_identities_pkey" PRIMARY KEY ("issuer", "subject"),
    CONSTRAINT "user_identities_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE INDEX "user_identities_user_id_idx" ON "user_identities"("user_id");

-- Whoever deletes the account: what is left refuses the tokens that were issued before.
CREATE FUNCTION "keep_refused_until"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW."refused_until" := clock_timestamp();
    RETURN NEW;
END
$$;
CREATE TRIGGER "user_identities_keep_refused_until" BEFORE UPDATE OF "user_id" ON "user_identities" FOR EACH ROW
    WHEN (OLD."user_id" IS NOT NULL AND NEW."user_id" IS NULL) EXECUTE FUNCTION "keep_refused_until"();

-- Tokens of other issuers whose people have logged out, each until it expires.
CREATE TABLE "revoked_tokens" (
    "digest" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "revoked_tokens_pkey" PRIMARY KEY ("digest")
);
CREATE INDEX "revoked_tokens_expires_at_idx" ON "revoked_tokens"("expires_at");
