-- Tokens that are mailed: each once, and of a purpose the newest alone. A token itself is stored nowhere, only its digest.
CREATE TABLE "one_time_tokens" (
    "user_id" TEXT NOT NULL,
    "purpose" VARCHAR(20) NOT NULL,
    "digest" TEXT NOT NULL,
    "new_email" VARCHAR(255),
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "one_time_tokens_pkey" PRIMARY KEY ("user_id", "purpose"),
    CONSTRAINT "one_time_tokens_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "one_time_tokens_digest_key" ON "one_time_tokens"("digest");
