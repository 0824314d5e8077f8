import { hashPassword } from '../../src/accounts/passwords/passwords.js';
import { createTokens, digestOf } from '../../src/accounts/tokens/tokens.js';
import { password, testSecret } from './app.js';

const sessionId = 'b4f0a1c2d3e4f5061728394a5b6c7d8e';

/** The refresh token of the session below. */
export const releasedRefreshToken = createTokens([testSecret], 60).initialRefreshToken(sessionId);

/**
 * Rows of every table, by the table: each statement names the columns that the first migration with the table has. A migration that
 * creates a table adds a line here.
 */
export const releasedRows = async (): Promise<Readonly<Record<string, string>>> => ({
  users: `INSERT INTO users (id, email, name, created_at, updated_at) VALUES
    ('user_1', 'ada@example.com', 'Ada', '2025-12-14 10:00:00.123Z', '2025-12-15 10:00:00.456Z'),
    ('user_2', 'bob@example.com', NULL, '2025-12-14 10:00:00Z', '2025-12-14 10:00:00Z')`,
  tasks: `INSERT INTO tasks (user_id, title, description, status, created_at, updated_at) VALUES
    ('user_1', 'Buy groceries', 'Milk, eggs, bread', 'Pending', '2025-12-14 10:00:00Z', '2025-12-14 11:00:00.789Z'),
    ('user_1', 'Pay the rent', NULL, 'Completed', '2025-12-14 10:00:00Z', '2025-12-14 10:00:00Z'),
    ('user_2', 'Call Ada', '', 'Pending', '2025-12-14 10:00:00Z', '2025-12-14 10:00:00Z')`,
  credentials: `INSERT INTO credentials (user_id, password_hash) VALUES ('user_1', '${await hashPassword(password)}')`,
  sessions: `INSERT INTO sessions (id, user_id, created_at, expires_at) VALUES ('${sessionId}', 'user_1', now(), now() + interval '1 day')`,
  refresh_tokens: `INSERT INTO refresh_tokens (digest, session_id) VALUES ('${digestOf(releasedRefreshToken)}', '${sessionId}')`,
  idempotency_keys: `INSERT INTO idempotency_keys (scope, key, part, user_id, fingerprint, result)
    VALUES ('user_1', 'a-key', 0, 'user_1', 'a fingerprint', '{"id": 1}')`,
  api_tokens: `INSERT INTO api_tokens (id, user_id, name, digest, prefix, scopes, expires_at)
    VALUES ('token_1', 'user_1', 'A script', 'a digest', 'tdm_abcd', '{tasks:read}', now() + interval '1 day')`,
  one_time_tokens: `INSERT INTO one_time_tokens (user_id, purpose, digest, new_email, expires_at)
    VALUES ('user_1', 'password', 'a digest', NULL, now() + interval '1 hour')`,
  user_identities: `INSERT INTO user_identities (issuer, subject, user_id) VALUES ('https://app.example', 'user_2', 'user_2')`,
  revoked_tokens: `INSERT INTO revoked_tokens (digest, expires_at) VALUES ('a digest', now() + interval '1 hour')`,
});
