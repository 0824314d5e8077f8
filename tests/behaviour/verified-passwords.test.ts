import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { hashPassword } from '../../src/accounts/passwords/passwords.js';
import { newPerson, type Person, password, sharedApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { trafficOf } from '../support/statements.js';
import { type Arguments, type Operation, type Outcome, styles } from '../support/styles.js';

const app = await sharedApp();
const newPassword = 'a password of the owner';
const newHash = await hashPassword(newPassword);

/** Changes a password and ends all sessions but one, as an owner's change on another process does. */
const changePassword = ({ id }: Person, keptSession: string | null) =>
  app.db.query(
    `WITH ended AS (DELETE FROM sessions WHERE user_id = $1 AND id IS DISTINCT FROM $3)
     UPDATE credentials SET password_hash = $2 WHERE user_id = $1`,
    [id, newHash, keptSession],
  );

/** Runs something after a write has read the password hash, and before the hash is compared: other hashes are computed first. */
async function whileComparing(write: () => Promise<Outcome>, run: () => Promise<unknown>): Promise<Outcome> {
  let outcome: Promise<Outcome> | undefined;
  await trafficOf(async ({ statements }) => {
    const hashes = Array.from({ length: Math.min(60, 4 * Math.max(1, availableParallelism() - 1)) }, () =>
      hashPassword(password),
    );
    outcome = write();
    await eventually(() => statements.some((text) => text.includes('LEFT JOIN credentials')), 5_000);
    await run();
    await Promise.all([...hashes, outcome]);
  });
  return outcome as Promise<Outcome>;
}

describe.each(styles)('while the password changes, over $name,', (style) => {
  type Write = (person: Person) => [Operation, Arguments];
  const input = { currentPassword: password };

  it.each<[string, Write]>([
    ['login', ({ email }) => ['login', { input: { email, password } }]],
    ['login with a key', ({ email }) => ['login', { input: { email, password }, idempotencyKey: randomUUID() }]],
    ['updateMe with a password', () => ['updateMe', { input: { ...input, newPassword: 'a password of a thief' } }]],
    ['updateMe with an email', () => ['updateMe', { input: { ...input, email: `${randomUUID()}@example.com` } }]],
    ['deleteMe', () => ['deleteMe', { input: { password } }]],
  ])('%s with the old password is INVALID_CREDENTIALS and changes nothing', async (_, write) => {
    const person = await newPerson(app);
    const [session] = await app.db.query<{ id: string }>('SELECT id FROM sessions WHERE user_id = $1', [person.id]);
    const send = () => style.call(app.fetch, ...write(person), person.token);
    const outcome = await whileComparing(send, () => changePassword(person, session?.id ?? null));
    expect(outcome).toMatchObject({ code: 'INVALID_CREDENTIALS', status: style.name === 'REST' ? 401 : 200 });
    const state = await app.db.query(
      `SELECT email, password_hash AS hash, ARRAY(SELECT id FROM sessions WHERE user_id = users.id) AS sessions
       FROM users JOIN credentials ON user_id = id WHERE id = $1`,
      [person.id],
    );
    expect(state).toEqual([{ email: person.email, hash: newHash, sessions: [session?.id] }]);
  });

  it('a repeated signup with the old password is CONFLICT and opens no session', async () => {
    const email = `${randomUUID()}@example.com`;
    const args = { input: { email, password, name: 'Ada' }, idempotencyKey: randomUUID() };
    const { value } = await style.call(app.fetch, 'signup', args);
    const { user, access_token: token } = value as { user: Person; access_token: string };
    await style.call(app.fetch, 'logout', {}, token);
    const repeat = () => style.call(app.fetch, 'signup', args);
    const outcome = await whileComparing(repeat, () => changePassword(user, null));
    expect(outcome).toMatchObject({ code: 'CONFLICT', details: { field: 'email' } });
    expect(await app.db.query('SELECT id FROM sessions WHERE user_id = $1', [user.id])).toEqual([]);
  });
});
