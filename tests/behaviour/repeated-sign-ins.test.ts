import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { newPerson, openTestApp, password, sharedApp } from '../support/app.js';
import { claimsOf } from '../support/forge.js';
import { type Outcome, type Style, styles } from '../support/styles.js';

const app = await sharedApp();

interface Payload {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly expires_in: number;
  readonly user: { readonly id: string; readonly email: string; readonly name: string };
}
const payload = ({ value }: Outcome) => value as Payload;
const newPassword = 'another horse battery';
/** A sign-in as a repeated request returns it: less time is left. */
const repeated = (first: Payload) => ({ ...first, expires_in: expect.closeTo(first.expires_in, -1) });

describe('repeated sign-ins', () => {
  /** Both styles share the records: what one stored, the other replays. */
  const pairs = styles.map((style, index) => ({ style, other: styles[1 - index] as Style, name: style.name }));

  describe.each(pairs)('over $name:', ({ style, other }) => {
    const call: Style['call'] = (...args) => style.call(...args);
    const works = async ({ access_token, refresh_token }: Payload) => {
      expect(await other.call(app.fetch, 'me', {}, access_token)).not.toHaveProperty('code');
      expect(await call(app.fetch, 'refresh', { input: { refreshToken: refresh_token } })).not.toHaveProperty('code');
    };
    const loginArgs = (email: string) => ({ input: { email, password }, idempotencyKey: randomUUID() });
    const signupArgs = () => ({
      input: { email: `${randomUUID()}@example.com`, password, name: 'Eve' },
      idempotencyKey: randomUUID(),
    });

    it('a sign-in repeated while its session is live returns the same tokens', async () => {
      const { email } = await newPerson(app);
      const args = loginArgs(email);
      const first = payload(await call(app.fetch, 'login', args));
      for (const repeat of [style, other]) expect(payload(await repeat.call(app.fetch, 'login', args))).toEqual(repeated(first));
      await works(first);
    });

    it('a sign-in repeated an hour later says how long its access token lasts from then on', async () => {
      for (const [operation, args] of [
        ['login', loginArgs((await newPerson(app)).email)],
        ['signup', signupArgs()],
      ] as const) {
        const first = payload(await call(app.fetch, operation, args));
        await app.db.query(
          `UPDATE idempotency_keys SET result = jsonb_set(result, '{issuedAt}', to_jsonb((result->>'issuedAt')::int - 3600)) WHERE key = $1`,
          [args.idempotencyKey],
        );
        const later = payload(await other.call(app.fetch, operation, args));
        expect(later.refresh_token).toBe(first.refresh_token);
        const { exp } = claimsOf(later.access_token);
        expect(later.expires_in).toBeLessThanOrEqual(first.expires_in - 3600);
        expect(later.expires_in).toEqual(expect.closeTo(Number(exp) - Date.now() / 1000, -1));
      }
    });

    it('a logout of another session with the key of the first is VALIDATION_ERROR, and ends nothing', async () => {
      const { email, token } = await newPerson(app);
      const second = payload(await call(app.fetch, 'login', { input: { email, password } }));
      const args = { idempotencyKey: randomUUID() };
      expect(await call(app.fetch, 'logout', args, token)).not.toHaveProperty('code');
      expect(await call(app.fetch, 'logout', args, second.access_token)).toMatchObject({ code: 'VALIDATION_ERROR' });
      await works(second);
    });

    it.each<[string, (tokens: Payload) => Promise<unknown>]>([
      ['logout', ({ access_token }) => call(app.fetch, 'logout', {}, access_token)],
      ['its expiry', ({ user }) => app.db.query('UPDATE sessions SET expires_at = now() WHERE user_id = $1', [user.id])],
      [
        'the replay of a refresh token',
        async ({ user, refresh_token: refreshToken }) => {
          await call(app.fetch, 'refresh', { input: { refreshToken } });
          await app.db.query(
            `UPDATE refresh_tokens SET used_at = now() - interval '11 seconds'
             FROM sessions WHERE sessions.id = session_id AND user_id = $1 AND used_at IS NOT NULL`,
            [user.id],
          );
          await call(app.fetch, 'refresh', { input: { refreshToken } });
        },
      ],
      [
        'the use of its refresh token',
        ({ refresh_token: refreshToken }) => call(app.fetch, 'refresh', { input: { refreshToken } }),
      ],
    ])('a login and a signup repeated after %s open a new session, once', async (_, end) => {
      const { email } = await newPerson(app);
      for (const [operation, args] of [
        ['login', loginArgs(email)],
        ['signup', signupArgs()],
      ] as const) {
        const first = payload(await call(app.fetch, operation, args));
        await end(first);
        const second = payload(await other.call(app.fetch, operation, args));
        expect(second.user.id).toBe(first.user.id);
        expect(second.access_token).not.toBe(first.access_token);
        expect(payload(await call(app.fetch, operation, args))).toEqual(repeated(second));
        await works(second);
      }
    });

    it('a sign-in repeated by many at once after its session ended opens one session', async () => {
      const { email } = await newPerson(app);
      const args = loginArgs(email);
      const first = payload(await call(app.fetch, 'login', args));
      await call(app.fetch, 'logout', {}, first.access_token);
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, (_, n) => (n % 2 ? style : other).call(app.fetch, 'login', args)),
      );
      const opened = outcomes.filter(({ code }) => code === undefined);
      expect(new Set(opened.map((outcome) => payload(outcome).refresh_token)).size).toBe(1);
      for (const { code } of outcomes) expect([undefined, 'CONFLICT']).toContain(code);
    });

    it('a sign-in repeated after the password changed is refused, also when its session changed it and is live', async () => {
      for (const changes of ['login', 'another'] as const) {
        const person = await newPerson(app);
        const args = loginArgs(person.email);
        const first = payload(await call(app.fetch, 'login', args));
        const token = changes === 'login' ? first.access_token : person.token;
        const input = { currentPassword: password, newPassword };
        expect(await call(app.fetch, 'updateMe', { input }, token)).not.toHaveProperty('code');
        expect(await other.call(app.fetch, 'login', args)).toMatchObject({ code: 'INVALID_CREDENTIALS' });
      }
    });

    it('a signup repeated after the password changed is CONFLICT: the email has an account', async () => {
      const args = signupArgs();
      const first = payload(await call(app.fetch, 'signup', args));
      await call(app.fetch, 'updateMe', { input: { currentPassword: password, newPassword } }, first.access_token);
      expect(await other.call(app.fetch, 'signup', args)).toMatchObject({ code: 'CONFLICT', details: { field: 'email' } });
    });

    it('a signup repeated after its account was deleted creates a new account', async () => {
      const args = signupArgs();
      const first = payload(await call(app.fetch, 'signup', args));
      await call(app.fetch, 'deleteMe', { input: { password } }, first.access_token);
      const second = payload(await other.call(app.fetch, 'signup', args));
      expect(second.user.id).not.toBe(first.user.id);
      await works(second);
    });

    it('an Idempotency-Key with a wrong password opens no session and is VALIDATION_ERROR, before and after the key’s session ends', async () => {
      const { email, id } = await newPerson(app);
      const args = loginArgs(email);
      const first = payload(await call(app.fetch, 'login', args));
      const wrong = { ...args, input: { email, password: 'a wrong password' } };
      const refused = { code: 'VALIDATION_ERROR', details: { field: 'Idempotency-Key' } };
      expect(await other.call(app.fetch, 'login', wrong)).toMatchObject(refused);
      await call(app.fetch, 'logout', {}, first.access_token);
      expect(await other.call(app.fetch, 'login', wrong)).toMatchObject(refused);
      const [row] = await app.db.query<{ sessions: number }>(
        'SELECT count(*)::int AS sessions FROM sessions WHERE user_id = $1',
        [id],
      );
      // That of its signup.
      expect(row?.sessions).toBe(1);
    });

    it('updateMe and refresh repeated after logout are UNAUTHENTICATED', async () => {
      const person = await newPerson(app);
      const update = { input: { name: 'New' }, idempotencyKey: randomUUID() };
      const refresh = { input: { refreshToken: person.refreshToken }, idempotencyKey: randomUUID() };
      await call(app.fetch, 'updateMe', update, person.token);
      await call(app.fetch, 'refresh', refresh);
      await call(app.fetch, 'logout', {}, person.token);
      expect(await other.call(app.fetch, 'updateMe', update, person.token)).toMatchObject({ code: 'UNAUTHENTICATED' });
      expect(await other.call(app.fetch, 'refresh', refresh)).toMatchObject({ code: 'UNAUTHENTICATED' });
    });
  });

  it('a sign-in repeated after its access token expired opens a new session', async () => {
    // 0.00002 days are 2 seconds.
    const brief = await openTestApp({ JWT_EXPIRY_DAYS: '0.00002' });
    try {
      const { email } = await newPerson(brief);
      const args = { input: { email, password }, idempotencyKey: randomUUID() };
      const [rest] = styles.slice(1) as [Style];
      const first = payload(await rest.call(brief.fetch, 'login', args));
      await new Promise((resolve) => setTimeout(resolve, 2_100));
      const second = payload(await rest.call(brief.fetch, 'login', args));
      expect(second.refresh_token).not.toBe(first.refresh_token);
      expect(await rest.call(brief.fetch, 'me', {}, second.access_token)).not.toHaveProperty('code');
    } finally {
      await brief.close();
    }
  });
});
