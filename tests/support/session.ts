import { randomBytes } from 'node:crypto';
import { createTokens } from '../../src/accounts/tokens/tokens.js';
import { testSecret } from './app.js';

/**
 * Opens a session for an account without a password, as a sign-in would.
 * @param sql runs a statement on the app's database.
 * @returns its access token.
 */
export async function openSession(sql: (text: string, values?: unknown[]) => Promise<unknown>, userId: string): Promise<string> {
  const sessionId = randomBytes(16).toString('hex');
  await sql(`INSERT INTO sessions (id, user_id, expires_at) VALUES ($1, $2, now() + interval '1 hour')`, [sessionId, userId]);
  const issuedAt = Math.floor(Date.now() / 1000);
  return createTokens([testSecret], 3600).signAccess({ userId, sessionId }, issuedAt, issuedAt + 3600);
}
