import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { newPerson, password, sharedApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { claimsOf } from '../support/forge.js';
import { type Arguments, type Operation, restStyle, styles } from '../support/styles.js';

const app = await sharedApp();

describe('authentication', () => {
  const email = () => `${randomBytes(8).toString('hex')}@example.com`;
  interface Payload {
    access_token: string;
    token_type: string;
    expires_in: number;
    refresh_token: string;
    user: { id: string; email: string; name: string };
  }

  describe.each(styles)('over $name:', (style) => {
    const call = (operation: Operation, args?: Arguments, token?: string) => style.call(app.fetch, operation, args, token);
    const signedIn = async (operation: Operation, input: object) => (await call(operation, { input })).value as Payload;
    const isAlive = async (token: string) => (await call('me', {}, token)).code === undefined;

    describe('signup', () => {
      it('returns both tokens and the user, with the email in lower case and the name trimmed', async () => {
        const address = email();
        const { value, status } = await call('signup', { input: { email: address.toUpperCase(), password, name: ' Ada ' } });
        expect(status).toBe(style.name === 'REST' ? 201 : 200);
        expect(value).toEqual({
          access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
          token_type: 'Bearer',
          expires_in: expect.closeTo(7 * 86_400, -1),
          refresh_token: expect.stringMatching(/^[\w-]{43}$/),
          user: {
            id: expect.stringMatching(/^user_\w+$/),
            email: address,
            name: 'Ada',
            created_at: expect.any(String),
            updated_at: expect.any(String),
          },
        });
        const { access_token, user } = value as Payload;
        const claims = claimsOf(access_token);
        expect(Number(claims.exp) - Number(claims.iat)).toBe(7 * 86_400);
        expect(claims).toEqual({
          sub: user.id,
          sid: expect.any(String),
          iat: expect.any(Number),
          exp: expect.any(Number),
          iss: 'tandem',
          aud: 'tandem',
        });
      });

      it('returns CONFLICT when the email has an account, in any letter case', async () => {
        const { email: taken } = await newPerson(app);
        expect(await call('signup', { input: { email: taken.toUpperCase(), password, name: 'Bob' } })).toMatchObject({
          code: 'CONFLICT',
          details: { field: 'email' },
        });
      });

      it('creates exactly one account for many concurrent requests', async () => {
        const address = email();
        const outcomes = await Promise.all(
          Array.from({ length: 8 }, () => call('signup', { input: { email: address, password, name: 'Ada' } })),
        );
        expect(outcomes.map(({ code }) => code ?? 'made').sort()).toEqual([...Array(7).fill('CONFLICT'), 'made']);
      });

      it.each([
        ['email', { email: 'ada' }],
        ['email', { email: `${'a'.repeat(250)}@example.com` }],
        ['email', { email: 'a\0@example.com' }],
        ['email', { email: 'ada@exa mple.com' }],
        ['password', { password: '7 chars' }],
        ['password', { password: 'x'.repeat(129) }],
        ['password', { password: 'Password1' }],
        ['password', { password: '12345678' }],
        ['password', { email: 'ada.lovelace@example.com', password: 'Ada.Lovelace@example.com' }],
        ['password', { email: 'ada.lovelace@example.com', password: 'Ada.Lovelace' }],
        ['password', { name: 'Ada Lovelace', password: 'ada lovelace' }],
        ['name', { name: '' }],
        ['name', { name: 'x'.repeat(256) }],
        ['name', { name: '\ud83c' }],
      ])('rejects an invalid %s with VALIDATION_ERROR: %j', async (field, change) => {
        const input = { email: email(), password, name: 'Ada', ...change };
        expect(await call('signup', { input })).toMatchObject({ code: 'VALIDATION_ERROR', details: { field } });
      });

      it('lists every invalid field', async () => {
        const { details } = await call('signup', { input: { email: 'ada', password: 'short', name: '' } });
        expect(details?.errors).toMatchObject([{ field: 'email' }, { field: 'password' }, { field: 'name' }]);
      });

      it('accepts passwords of 8 and of 128 characters, and treats two Unicode forms of a password as equal', async () => {
        for (const good of ['8 chars!', `${'long and boring '.repeat(8)}`, 'cafe\u0301 au lait']) {
          const address = email();
          await signedIn('signup', { email: address, password: good, name: 'Ada' });
          expect((await signedIn('login', { email: address, password: good.normalize('NFC') })).user.email).toBe(address);
        }
      });

      it('takes all of a password into account: beyond its first 72 bytes, and a space at its end', async () => {
        const address = email();
        const good = `${'x'.repeat(72)} 1`;
        await signedIn('signup', { email: address, password: good, name: 'Ada' });
        for (const wrong of [`${'x'.repeat(72)} 2`, 'x'.repeat(72), `${good} `])
          expect((await call('login', { input: { email: address, password: wrong } })).code).toBe('INVALID_CREDENTIALS');
      });

      it('counts the characters of a password in the form that is compared', async () => {
        const composed = `${'\u00e1'.repeat(99)}!`;
        const input = { email: email(), name: 'Ada' };
        const short = await call('signup', { input: { ...input, password: 'a\u0301'.repeat(4) } });
        expect(short).toMatchObject({ code: 'VALIDATION_ERROR', details: { field: 'password' } });
        await signedIn('signup', { ...input, password: composed });
        await signedIn('login', { email: input.email, password: composed.normalize('NFD') });
      });

      it('stores an Argon2id hash and a token digest, but neither the password nor the token', async () => {
        const { user, refresh_token } = await signedIn('signup', { email: email(), password, name: 'Ada' });
        const [stored] = await app.db.query<{ hash: string; digest: string }>(
          `SELECT password_hash AS hash, digest FROM credentials JOIN sessions USING (user_id) JOIN refresh_tokens ON session_id = sessions.id WHERE user_id = $1`,
          [user.id],
        );
        expect(stored?.hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
        expect(stored?.digest).toBe(createHash('sha256').update(refresh_token).digest('hex'));
      });
    });

    describe('login', () => {
      it('opens a new session each time, with the email in any letter case', async () => {
        const person = await newPerson(app);
        const first = await signedIn('login', { email: person.email.toUpperCase(), password });
        const second = await signedIn('login', { email: person.email, password });
        expect(first.access_token).not.toBe(second.access_token);
        expect(await isAlive(first.access_token)).toBe(true);
        expect(await isAlive(person.token)).toBe(true);
      });

      it('returns the same error for a wrong password and an unknown email', async () => {
        const person = await newPerson(app);
        const wrong = await call('login', { input: { email: person.email, password: 'not this one' } });
        const unknown = await call('login', { input: { email: email(), password: 'not this one' } });
        expect(wrong).toMatchObject({ code: 'INVALID_CREDENTIALS', details: {} });
        const withFields = ({ headers, ...outcome }: typeof wrong) => ({
          ...outcome,
          fields: [...headers].filter(([name]) => !/^(x-request-id|ratelimit.*|date)$/.test(name)),
        });
        expect(withFields(wrong)).toEqual(withFields(unknown));
      });

      it('succeeds with a stale token in the request', async () => {
        const person = await newPerson(app);
        for (const stale of ['junk', `${person.token}x`]) {
          expect((await call('login', { input: { email: person.email, password } }, stale)).code).toBeUndefined();
        }
      });

      it('re-hashes a password whose hash has outdated parameters', async () => {
        const person = await newPerson(app);
        const weak = '$argon2id$v=19$m=4096,t=1,p=1$c29tZXNhbHQxMjM0NTY3OA$';
        const { hash } = await import('@node-rs/argon2');
        await app.db.prisma.credential.update({
          where: { userId: person.id },
          data: { passwordHash: await hash(password, { memoryCost: 4096, timeCost: 1 }) },
        });
        await signedIn('login', { email: person.email, password });
        const { passwordHash } = await app.db.prisma.credential.findUniqueOrThrow({ where: { userId: person.id } });
        expect(passwordHash.startsWith(weak.slice(0, 20))).toBe(false);
        expect(passwordHash).toMatch(/m=19456,t=2,p=1/);
      });
    });

    describe('refresh', () => {
      const refresh = (refreshToken: string) => call('refresh', { input: { refreshToken } });

      it('returns a new token pair, and the previous access token stays valid', async () => {
        const person = await newPerson(app);
        const next = (await refresh(person.refreshToken)).value as Payload;
        expect(next.refresh_token).not.toBe(person.refreshToken);
        expect(next.user.id).toBe(person.id);
        expect(await isAlive(next.access_token)).toBe(true);
        expect(await isAlive(person.token)).toBe(true);
      });

      it('returns the same next token for a repeated request within ten seconds, also for concurrent requests', async () => {
        const person = await newPerson(app);
        const outcomes = await Promise.all(Array.from({ length: 10 }, () => refresh(person.refreshToken)));
        expect(new Set(outcomes.map(({ value }) => (value as Payload).refresh_token)).size).toBe(1);
      });

      it('ends the whole session when an older token is replayed, and writes an audit line', async () => {
        const person = await newPerson(app);
        const second = (await refresh(person.refreshToken)).value as Payload;
        const third = (await refresh(second.refresh_token)).value as Payload;
        expect(await refresh(person.refreshToken)).toMatchObject({ code: 'UNAUTHENTICATED' });
        expect(await refresh(third.refresh_token)).toMatchObject({ code: 'UNAUTHENTICATED' });
        for (const token of [person.token, second.access_token, third.access_token]) expect(await isAlive(token)).toBe(false);
        expect(app.lines).toContainEqual(expect.objectContaining({ audit: true, msg: 'session.replayed', userId: person.id }));
      });

      it('ends the session when the previous token is replayed after more than ten seconds', async () => {
        const person = await newPerson(app);
        const child = (await refresh(person.refreshToken)).value as Payload;
        await app.db.query(`UPDATE refresh_tokens SET used_at = used_at - interval '11 seconds' WHERE used_at IS NOT NULL`, []);
        expect(await refresh(person.refreshToken)).toMatchObject({ code: 'UNAUTHENTICATED' });
        expect(await isAlive(child.access_token)).toBe(false);
      });

      it('rejects a malformed token, an access token, and a token whose session has ended', async () => {
        const person = await newPerson(app);
        for (const token of ['junk', '', person.token, randomBytes(32).toString('base64url')]) {
          expect(await refresh(token)).toMatchObject({ code: 'UNAUTHENTICATED' });
        }
        await app.db.query('UPDATE sessions SET expires_at = now() WHERE user_id = $1', [person.id]);
        expect(await refresh(person.refreshToken)).toMatchObject({ code: 'UNAUTHENTICATED' });
      });

      it('returns a refresh token that is rejected as a bearer token', async () => {
        expect(await isAlive((await newPerson(app)).refreshToken)).toBe(false);
      });
    });

    describe('logout', () => {
      it('ends this session at once and keeps the user’s other sessions', async () => {
        const person = await newPerson(app);
        const other = await signedIn('login', { email: person.email, password });
        const { value, status } = await call('logout', {}, person.token);
        expect(value).toBe(true);
        expect(status).toBe(style.name === 'REST' ? 204 : 200);
        expect(await isAlive(person.token)).toBe(false);
        expect(await call('refresh', { input: { refreshToken: person.refreshToken } })).toMatchObject({
          code: 'UNAUTHENTICATED',
        });
        expect(await isAlive(other.access_token)).toBe(true);
      });
    });

    it('rejects a token within a second after its session ended on another process', async () => {
      const person = await newPerson(app);
      expect(await isAlive(person.token)).toBe(true);
      await app.db.query('DELETE FROM sessions WHERE user_id = $1', [person.id]);
      await eventually(async () => !(await isAlive(person.token)), 1000);
    });

    it('rejects a token whose session belongs to another user', async () => {
      const [ada, bob] = [await newPerson(app), await newPerson(app)];
      await app.db.query('UPDATE sessions SET user_id = $1 WHERE user_id = $2', [bob.id, ada.id]);
      expect((await restStyle.call(app.fetch, 'me', {}, ada.token)).code).toBe('UNAUTHENTICATED');
    });
  });
});
