import { describe, expect, it } from '@jest/globals';
import { newPerson, type Person, password, sharedApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { claimsOf } from '../support/forge.js';
import { type Arguments, type Fetch, type Operation, styles } from '../support/styles.js';

const app = await sharedApp();

interface ListedSession {
  readonly id: string;
  readonly created_at: string;
  readonly last_used_at: string;
  readonly user_agent: string | null;
  readonly current: boolean;
}

const idOf = (token: string): string => String(claimsOf(token).sid);

describe('sessions', () => {
  describe.each(styles)('over $name:', (style) => {
    const call = (operation: Operation, args: Arguments, token: string, fetch = app.fetch) =>
      style.call(fetch, operation, args, token);
    const list = async (token: string) => (await call('sessions', {}, token)).value as { data: ListedSession[]; count: number };
    const isAlive = async (token: string) => (await call('me', {}, token)).code === undefined;
    /** Signs in from another client. @returns its access token. */
    async function signIn({ email }: Person, userAgent?: string): Promise<string> {
      const fetch: Fetch = (url, init) => {
        const headers = new Headers(init?.headers);
        if (userAgent !== undefined) headers.set('user-agent', userAgent);
        return app.fetch(url, { ...init, headers });
      };
      const { value } = await style.call(fetch, 'login', { input: { email, password } });
      return (value as { access_token: string }).access_token;
    }

    describe('sessions', () => {
      it('lists this session first, with what is known of each', async () => {
        const person = await newPerson(app);
        const other = await signIn(person, 'Other/1.0');
        const { data, count } = await list(person.token);
        expect(count).toBe(2);
        const times = { created_at: expect.any(String), last_used_at: expect.any(String) };
        expect(data).toEqual([
          { id: idOf(person.token), user_agent: null, current: true, ...times },
          { id: idOf(other), user_agent: 'Other/1.0', current: false, ...times },
        ]);
      });

      it('cuts the user agent to 255 characters', async () => {
        const person = await newPerson(app);
        await signIn(person, 'x'.repeat(300));
        expect((await list(person.token)).data.map(({ user_agent }) => user_agent)).toContain('x'.repeat(255));
      });

      it('lists nothing of other users, and no expired session', async () => {
        const [person, other] = [await newPerson(app), await newPerson(app)];
        const expired = await signIn(person);
        await app.db.query('UPDATE sessions SET expires_at = now() WHERE id = $1', [idOf(expired)]);
        const ids = (await list(person.token)).data.map(({ id }) => id);
        expect(ids).toEqual([idOf(person.token)]);
        expect(ids).not.toContain(idOf(other.token));
      });

      it('tells the last use, which is written again after a minute', async () => {
        const person = await newPerson(app);
        await app.db.query(`UPDATE sessions SET last_used_at = now() - interval '1 hour' WHERE user_id = $1`, [person.id]);
        const lastUse = async () => Date.parse((await list(person.token)).data[0]?.last_used_at ?? '');
        await eventually(async () => Date.now() - (await lastUse()) < 60_000, 5_000);
        const written = await lastUse();
        await call('tasks', {}, person.token);
        expect(await lastUse()).toBe(written);
      });
    });

    describe('revokeSession', () => {
      it('ends another session at once, with its refresh token', async () => {
        const person = await newPerson(app);
        const other = await signIn(person);
        expect(await isAlive(other)).toBe(true);
        const { value, status } = await call('revokeSession', { id: idOf(other) }, person.token);
        expect([value, status]).toEqual([true, style.name === 'REST' ? 204 : 200]);
        expect(await call('me', {}, other)).toMatchObject({ code: 'UNAUTHENTICATED', details: { reason: 'revoked' } });
        expect((await list(person.token)).count).toBe(1);
      });

      it('ends the session that asks for it, too', async () => {
        const person = await newPerson(app);
        expect((await call('revokeSession', { id: idOf(person.token) }, person.token)).code).toBeUndefined();
        expect(await isAlive(person.token)).toBe(false);
      });

      it.each(['0123456789abcdef0123456789abcdef', 'nothing', '1', 'a\0b'])('returns NOT_FOUND for %j', async (id) => {
        expect((await call('revokeSession', { id }, (await newPerson(app)).token)).code).toBe('NOT_FOUND');
      });

      it('returns NOT_FOUND for another user’s session, and leaves it', async () => {
        const [person, other] = [await newPerson(app), await newPerson(app)];
        expect((await call('revokeSession', { id: idOf(other.token) }, person.token)).code).toBe('NOT_FOUND');
        expect(await isAlive(other.token)).toBe(true);
      });
    });

    describe('revokeOtherSessions', () => {
      it('ends all sessions but this one, and no one else’s', async () => {
        const [person, other] = [await newPerson(app), await newPerson(app)];
        const ended = [await signIn(person), await signIn(person)];
        for (const token of ended) expect(await isAlive(token)).toBe(true);
        const { value, status } = await call('revokeOtherSessions', {}, person.token);
        expect(status).toBe(style.name === 'REST' ? 204 : 200);
        if (style.name === 'REST') expect(value).toBe(true);
        for (const token of ended) expect(await isAlive(token)).toBe(false);
        for (const token of [person.token, other.token]) expect(await isAlive(token)).toBe(true);
      });
    });
  });

  it('revokeOtherSessions returns their number in GraphQL', async () => {
    const person = await newPerson(app);
    for (let count = 0; count < 2; count++)
      await styles[0]?.call(app.fetch, 'login', { input: { email: person.email, password } });
    const response = await app.fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${person.token}` },
      body: JSON.stringify({ query: 'mutation { revokeOtherSessions }' }),
    });
    expect(await response.json()).toEqual({ data: { revokeOtherSessions: 2 } });
  });
});
