import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { pino } from 'pino';
import { type App, createApp } from '../../src/app.js';
import { openPostgres } from '../../src/db/postgres/open-postgres.js';
import { newApiToken } from '../support/api-tokens.js';
import { fetchOf, newPerson, openTestApp, type Person, password, type TestApp, testConfig } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { type Arguments, type Fetch, type Operation, type Outcome, restStyle, styles } from '../support/styles.js';

// The embedded database has one process.
const describeOnPostgres = describe;

interface Peer {
  readonly app: App;
  readonly fetch: Fetch;
  readonly lines: Record<string, unknown>[];
}

describeOnPostgres('a session or token that another process ends', () => {
  let here: TestApp;
  let peer: Peer;
  beforeAll(async () => {
    here = await openTestApp({}, 'postgresql');
    const lines: Record<string, unknown>[] = [];
    const log = pino({ level: 'debug', base: undefined }, { write: (line: string) => lines.push(JSON.parse(line)) });
    const app = await createApp(testConfig(), { log, db: await openPostgres({ url: here.url, poolSize: 3 }, log) });
    peer = { app, lines, fetch: fetchOf(app) };
  });
  afterAll(async () => {
    await peer.app.close();
    await here.close();
  });

  const reasonOn = async (fetch: Fetch, token: string) => (await restStyle.call(fetch, 'tasks', {}, token)).details?.reason;
  /** Listening connections of this database. */
  const listeners = () =>
    here.db.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'tandem' AND query LIKE 'LISTEN%'`,
      [],
    );
  /** Uses a token on the peer until the peer listens. */
  async function listening(token: string): Promise<void> {
    await eventually(async () => {
      await reasonOn(peer.fetch, token);
      return (peer.lines.length > 0 && (await listeners()).length >= 1) || false;
    }, 5_000);
  }

  it('is refused here at once, without a look-up', async () => {
    const person = await newPerson(here);
    await listening(person.token);
    const { id, token } = await newApiToken(here, person);
    expect(await reasonOn(peer.fetch, token)).toBeUndefined();
    await restStyle.call(here.fetch, 'revokeApiToken', { id }, person.token);
    await eventually(async () => (await reasonOn(peer.fetch, token)) === 'revoked', 300);
    await restStyle.call(here.fetch, 'logout', {}, person.token);
    await eventually(async () => (await reasonOn(peer.fetch, person.token)) === 'revoked', 300);
  });

  it('is refused here at once when the account is deleted, or the row by hand', async () => {
    const [ada, bob] = [await newPerson(here), await newPerson(here)];
    await listening(ada.token);
    for (const { token } of [ada, bob]) expect(await reasonOn(peer.fetch, token)).toBeUndefined();
    await here.db.query('DELETE FROM users WHERE id = $1', [ada.id]);
    await here.db.query('UPDATE sessions SET expires_at = now() WHERE user_id = $1', [bob.id]);
    for (const { token } of [ada, bob]) await eventually(async () => (await reasonOn(peer.fetch, token)) === 'revoked', 300);
  });

  it('is refused here within a second while the listener is away, and at once when it is back', async () => {
    const [ada, bob] = [await newPerson(here), await newPerson(here)];
    await listening(ada.token);
    const admin = new pg.Client(here.url);
    await admin.connect();
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'tandem' AND query LIKE 'LISTEN%'`,
    );
    await restStyle.call(here.fetch, 'logout', {}, ada.token);
    await eventually(async () => (await reasonOn(peer.fetch, ada.token)) === 'revoked', 1_000);
    expect(peer.lines.map(({ msg }) => msg)).toContain('notifications.lost');
    await admin.end();

    await eventually(
      () => peer.lines.some(({ msg }) => msg === 'notifications.restored') || reasonOn(peer.fetch, bob.token).then(() => false),
      10_000,
    );
    await restStyle.call(here.fetch, 'logout', {}, bob.token);
    await eventually(async () => (await reasonOn(peer.fetch, bob.token)) === 'revoked', 300);
  });

  it.each(styles)('has one successor when it is a refresh token that two processes get at once, over $name', async (style) => {
    const { id, refreshToken } = await newPerson(here);
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, n) => style.call(n % 2 ? here.fetch : peer.fetch, 'refresh', { input: { refreshToken } })),
    );
    expect(outcomes.map(({ code }) => code).filter((code) => code !== undefined)).toEqual([]);
    expect(new Set(outcomes.map(({ value }) => (value as { refresh_token: string }).refresh_token)).size).toBe(1);
    const stored = await here.db.query(
      'SELECT FROM refresh_tokens JOIN sessions ON session_id = sessions.id WHERE user_id = $1 AND used_at IS NULL',
      [id],
    );
    expect(stored).toHaveLength(1);
  });

  describe.each(styles)('while a write over $name waits for the database', (style) => {
    type Write = (person: Person) => [Operation, Arguments];

    /** Holds a lock, sends a write that waits for it, runs `meanwhile`, and lets the lock go. */
    async function behindLock(lock: string, write: () => Promise<Outcome>, meanwhile = async () => {}): Promise<Outcome> {
      const other = new pg.Client(here.url);
      await other.connect();
      await other.query(`BEGIN; ${lock}`);
      const outcome = write();
      const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      await eventually(async () => (await here.db.query(waiting, [])).length > 0, 5_000);
      await meanwhile();
      await other.query('COMMIT');
      await other.end();
      return outcome;
    }

    it.each<[string, Write, string]>([
      ['createTask', () => ['createTask', { input: { title: 'x' } }], 'UNAUTHENTICATED'],
      ['createTask with a key', () => ['createTask', { input: { title: 'x' }, idempotencyKey: 'k' }], 'UNAUTHENTICATED'],
      ['createApiToken', () => ['createApiToken', { input: { name: 'x', scopes: ['tasks:read'] } }], 'UNAUTHENTICATED'],
      ['updateMe', () => ['updateMe', { input: { name: 'x' } }], 'UNAUTHENTICATED'],
      [
        'updateMe with a password',
        () => ['updateMe', { input: { currentPassword: password, newPassword: 'another horse battery' } }],
        'UNAUTHENTICATED',
      ],
      ['refresh', ({ refreshToken }) => ['refresh', { input: { refreshToken } }], 'UNAUTHENTICATED'],
      ['login', ({ email }) => ['login', { input: { email, password } }], 'INVALID_CREDENTIALS'],
    ])('refuses %s of an account that is deleted meanwhile', async (_, write, code) => {
      const person = await newPerson(here);
      const send = () => style.call(here.fetch, ...write(person), person.token);
      expect(await behindLock(`DELETE FROM users WHERE id = '${person.id}'`, send)).toMatchObject({ code });
    });

    it('refuses a personal API token of a session that ends meanwhile', async () => {
      const { id, token } = await newPerson(here);
      const create = () => style.call(here.fetch, 'createApiToken', { input: { name: 'x', scopes: ['account'] } }, token);
      const outcome = await behindLock(`SELECT FROM users WHERE id = '${id}' FOR UPDATE`, create, async () => {
        expect(await style.call(here.fetch, 'logout', {}, token)).not.toHaveProperty('code');
      });
      expect(outcome).toMatchObject({ code: 'UNAUTHENTICATED', details: { reason: 'revoked' } });
      expect(await here.db.query('SELECT FROM api_tokens WHERE user_id = $1', [id])).toHaveLength(0);
    });

    it('lets it finish as one before the end of its session, and refuses the next', async () => {
      const { token } = await newPerson(here);
      const create = () => style.call(here.fetch, 'createTask', { input: { title: 'x' } }, token);
      const first = await behindLock('LOCK TABLE tasks IN EXCLUSIVE MODE', create, async () => {
        expect(await style.call(here.fetch, 'logout', {}, token)).not.toHaveProperty('code');
        expect(await create()).toMatchObject({ code: 'UNAUTHENTICATED', details: { reason: 'revoked' } });
      });
      expect(first.code).toBeUndefined();
      expect(await here.db.query('SELECT FROM tasks WHERE id = $1', [(first.value as { id: number }).id])).toHaveLength(1);
    });
  });
});
