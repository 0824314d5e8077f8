-- What was answered to writes that may be sent again. Rows older than a day are dead, and deleted now and then.
CREATE TABLE "idempotency_keys" (
    "scope" TEXT NOT NULL,
    "key" VARCHAR(255) NOT NULL,
    "part" INTEGER NOT NULL,
    "user_id" TEXT,
    "fingerprint" TEXT NOT NULL,
    "result" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("scope", "key", "part"),
    CONSTRAINT "idempotency_keys_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "idempotency_keys_user_id_idx" ON "idempotency_keys"("user_id");
CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys"("created_at");
