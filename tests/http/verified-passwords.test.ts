import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hash } from '@node-rs/argon2';
import pg from 'pg';
import { issueToken } from '../../src/accounts/recovery/store.js';
import { newPerson, openTestApp, type Person, password, type TestApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { openSession } from '../support/session.js';
import { type Arguments, type Operation, styles } from '../support/styles.js';

const newPassword = 'a password of the owner';

describe.each(styles)('a password that was verified over $name', (style) => {
  let app: TestApp;
  let other: pg.Client;
  beforeAll(async () => {
    app = await openTestApp({}, 'postgresql');
    other = new pg.Client(app.url);
    await other.connect();
  });
  afterAll(async () => {
    await other.end();
    await app.close();
  });

  const call = (operation: Operation, args: Arguments, token?: string) => style.call(app.fetch, operation, args, token);
  const login = (email: string, given = password) => call('login', { input: { email, password: given } });
  /** Waits until so many statements wait for a lock. */
  async function waiting(count: number): Promise<void> {
    const statement = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    await eventually(async () => (await app.db.query(statement, [])).length === count, 5_000);
  }
  const lock = async (table: 'users' | 'credentials', column: 'id' | 'user_id', { id }: Person) => {
    await other.query(`SELECT FROM ${table} WHERE ${column} = $1 FOR UPDATE`, [id]);
  };
  const tokenFor = ({ id }: Person) => issueToken(app.db, { userId: id }, 'password-reset');
  const reset = (token: string) => call('resetPassword', { input: { token, newPassword } });

  type Write = (person: Person) => [Operation, Arguments];
  const input = { currentPassword: password };
  const writes: [string, Write][] = [
    ['login', ({ email }) => ['login', { input: { email, password } }]],
    ['login with a key', ({ email }) => ['login', { input: { email, password }, idempotencyKey: randomUUID() }]],
    ['updateMe with a password', () => ['updateMe', { input: { ...input, newPassword: 'a password of a thief' } }]],
    ['updateMe with an email', () => ['updateMe', { input: { ...input, email: `${randomUUID()}@example.com` } }]],
    ['deleteMe', () => ['deleteMe', { input: { password } }]],
  ];

  it.each(writes)('does not allow %s after a change of it that came first', async (_, write) => {
    const person = await newPerson(app);
    const thief = await openSession((text, values = []) => app.db.query(text, values), person.id);
    await other.query('BEGIN');
    await lock('users', 'id', person);
    await lock('credentials', 'user_id', person);
    const change = call('updateMe', { input: { ...input, newPassword } }, person.token);
    await waiting(1);
    const outcome = call(...write(person), thief);
    await waiting(2);
    await other.query('COMMIT');
    expect(await change).not.toHaveProperty('code');
    expect(await outcome).toMatchObject({ code: 'INVALID_CREDENTIALS' });
    expect(await app.db.query('SELECT FROM sessions WHERE user_id = $1', [person.id])).toHaveLength(1);
    expect(await call('me', {}, person.token)).toMatchObject({ value: { email: person.email } });
    expect(await login(person.email, newPassword)).not.toHaveProperty('code');
  });

  it.each(writes)('does not allow %s after a reset of it that completed', async (_, write) => {
    const person = await newPerson(app);
    const token = await tokenFor(person);
    await other.query('BEGIN');
    await lock('users', 'id', person);
    const outcome = call(...write(person), person.token);
    await waiting(1);
    expect(await reset(token)).not.toHaveProperty('code');
    await other.query('COMMIT');
    expect(await outcome).toMatchObject({ code: 'INVALID_CREDENTIALS' });
    expect(await app.db.query('SELECT FROM sessions WHERE user_id = $1', [person.id])).toEqual([]);
    expect(await login(person.email, newPassword)).toMatchObject({ value: { user: { email: person.email } } });
  });

  it.each(writes)('does not allow %s that waits for a change of it', async (_, write) => {
    const person = await newPerson(app);
    await other.query('BEGIN');
    await other.query('UPDATE credentials SET password_hash = $2 WHERE user_id = $1', [person.id, await hash(newPassword)]);
    const outcome = call(...write(person), person.token);
    await waiting(1);
    await other.query('COMMIT');
    expect(await outcome).toMatchObject({ code: 'INVALID_CREDENTIALS' });
    expect(await login(person.email, newPassword)).toMatchObject({ value: { user: { email: person.email } } });
  });

  it('does not allow the deletion of an account that had none, after its first password was set', async () => {
    const person = await newPerson(app);
    await app.db.query('DELETE FROM credentials WHERE user_id = $1', [person.id]);
    const token = await tokenFor(person);
    await other.query('BEGIN');
    await lock('users', 'id', person);
    const first = reset(token);
    await waiting(1);
    const outcome = call('deleteMe', { input: {} }, person.token);
    await waiting(2);
    await other.query('COMMIT');
    expect(await first).not.toHaveProperty('code');
    expect(await outcome).toMatchObject({ code: 'INVALID_CREDENTIALS' });
    expect(await login(person.email, newPassword)).not.toHaveProperty('code');
  });

  describe('and whose hash is outdated', () => {
    /** Sends two sign-ins that both compare the outdated hash; `meanwhile` runs before either stores a new one. */
    async function twoLogins(meanwhile: (person: Person) => Promise<unknown>): Promise<(string | undefined)[]> {
      const person = await newPerson(app);
      const outdated = await hash(password, { memoryCost: 4096, timeCost: 1 });
      await app.db.query('UPDATE credentials SET password_hash = $2 WHERE user_id = $1', [person.id, outdated]);
      await other.query('BEGIN');
      await lock('credentials', 'user_id', person);
      const logins = [login(person.email), login(person.email)];
      await waiting(2);
      await meanwhile(person);
      await other.query('COMMIT');
      return (await Promise.all(logins)).map(({ code }) => code);
    }

    it('allows both of two sign-ins that re-hash it', async () => {
      expect(await twoLogins(async () => {})).toEqual([undefined, undefined]);
    });

    it('allows neither of two sign-ins when it changes before they re-hash it', async () => {
      const newHash = await hash(newPassword);
      const change = ({ id }: Person) =>
        other.query('UPDATE credentials SET password_hash = $2 WHERE user_id = $1', [id, newHash]);
      expect(await twoLogins(change)).toEqual(['INVALID_CREDENTIALS', 'INVALID_CREDENTIALS']);
    });
  });
});
