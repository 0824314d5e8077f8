import { afterAll, describe, expect, it } from '@jest/globals';
import { createApp } from '../../src/app.js';
import { fetchOf, newPerson, openTestApp, password, testConfig } from '../support/app.js';
import { claimsOf, forge } from '../support/forge.js';
import { type Fetch, styles } from '../support/styles.js';

const [oldSecret, newSecret] = ['an-older-secret-that-tokens-were-signed-with', 'a-newer-secret-that-signs-all-tokens-from-now'];

const app = await openTestApp({ BETTER_AUTH_SECRET: oldSecret });
afterAll(app.close);

/** Another process on the same database. */
async function processWith(settings: Record<string, string>): Promise<Fetch> {
  const { server } = await createApp({ ...testConfig(settings) }, { log: app.app.log, db: app.db });
  return fetchOf({ ...app.app, server });
}

interface Payload {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly expires_in: number;
}

const isSignedWith = (token: string, secret: string) => forge(claimsOf(token), { secret }) === token;

describe.each(styles)('after a new secret was put before the old one, over $name:', (style) => {
  const both = { BETTER_AUTH_SECRETS: `2:${newSecret},1:${oldSecret}` };

  it('what the old secret signed still works, and the new one signs', async () => {
    const fetch = await processWith(both);
    const person = await newPerson(app);
    expect(isSignedWith(person.token, oldSecret)).toBe(true);
    expect((await style.call(fetch, 'me', {}, person.token)).code).toBeUndefined();
    const { value } = await style.call(fetch, 'refresh', { input: { refreshToken: person.refreshToken } });
    expect(isSignedWith((value as Payload).access_token, newSecret)).toBe(true);
    expect((await style.call(fetch, 'me', {}, (value as Payload).access_token)).code).toBeUndefined();
  });

  it('BETTER_AUTH_SECRET verifies too when BETTER_AUTH_SECRETS does not list it', async () => {
    const fetch = await processWith({ BETTER_AUTH_SECRETS: `2:${newSecret}`, BETTER_AUTH_SECRET: oldSecret });
    expect((await style.call(fetch, 'me', {}, (await newPerson(app)).token)).code).toBeUndefined();
  });

  it('a refresh that was answered before is answered with the same refresh token after', async () => {
    const fetch = await processWith(both);
    const { refreshToken } = await newPerson(app);
    const before = await style.call(app.fetch, 'refresh', { input: { refreshToken } });
    const after = await style.call(fetch, 'refresh', { input: { refreshToken } });
    expect((after.value as Payload).refresh_token).toBe((before.value as Payload).refresh_token);
  });

  it('a write with an idempotency key that was made before is recognized after', async () => {
    const fetch = await processWith(both);
    const { token } = await newPerson(app);
    const task = { input: { title: 'Once' }, idempotencyKey: `rotation-${style.name}` };
    const before = await style.call(app.fetch, 'createTask', task, token);
    expect(await style.call(fetch, 'createTask', task, token)).toMatchObject({ value: before.value });
  });

  it('what the old secret signed is refused once it is listed no more', async () => {
    const fetch = await processWith({ BETTER_AUTH_SECRETS: `2:${newSecret}` });
    const outcome = await style.call(fetch, 'me', {}, (await newPerson(app)).token);
    expect(outcome).toMatchObject({ code: 'UNAUTHENTICATED', details: { reason: 'invalid' } });
  });
});

describe.each(styles)('an access token, over $name,', (style) => {
  it('expires with its session when that ends earlier', async () => {
    const fetch = await processWith({ BETTER_AUTH_SECRET: oldSecret, JWT_EXPIRY_DAYS: '7', REFRESH_TOKEN_DAYS: '1' });
    const { email } = await newPerson(app);
    const { value } = await style.call(fetch, 'login', { input: { email, password } });
    const first = value as Payload;
    const { sid, iat, exp } = claimsOf(first.access_token) as { sid: string; iat: number; exp: number };
    expect(exp - iat).toBe(86_400);
    expect(first.expires_in).toEqual(expect.closeTo(86_400, -1));
    await app.db.query(`UPDATE sessions SET expires_at = now() + interval '1 hour' WHERE id = $1`, [sid]);
    const second = (await style.call(fetch, 'refresh', { input: { refreshToken: first.refresh_token } })).value as Payload;
    expect(second.expires_in).toBeLessThanOrEqual(3600);
    expect(second.expires_in).toBeGreaterThan(3500);
  });
});
