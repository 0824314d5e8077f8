import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openTestApp, type TestApp } from '../support/app.js';
import { type BetterAuthServer, startBetterAuth } from '../support/better-auth.js';
import { styles } from '../support/styles.js';

let betterAuth: BetterAuthServer;
let app: TestApp;
beforeAll(async () => {
  betterAuth = await startBetterAuth();
  app = await openTestApp({ AUTH_JWKS_URL: betterAuth.jwksUrl });
});
afterAll(async () => {
  await app?.close();
  await betterAuth?.stop();
});

describe.each(styles)('a person whom a Better Auth server signed in, over $name,', (style) => {
  it('gets an account at first sight, and the same one from then on', async () => {
    const person = await betterAuth.signUp();
    const me = { id: person.id, email: person.email, name: 'Grace' };
    expect((await style.call(app.fetch, 'me', {}, person.jwt)).value).toMatchObject(me);
    const { value } = await style.call(app.fetch, 'createTask', { input: { title: 'Compile' } }, person.jwt);
    expect(value).toMatchObject({ user_id: person.id });
    expect((await style.call(app.fetch, 'me', {}, await betterAuth.token(person))).value).toMatchObject(me);
  });

  it('is signed in by the session cookie that the JWT plugin signs, too', async () => {
    const person = await betterAuth.signUp();
    expect((await style.call(app.fetch, 'me', {}, person.sessionData)).value).toMatchObject({
      id: person.id,
      email: person.email,
      name: 'Grace',
    });
  });

  it('is signed in by tokens under an old and a new key while keys are rotated', async () => {
    const person = await betterAuth.signUp();
    expect((await style.call(app.fetch, 'me', {}, person.jwt)).code).toBeUndefined();
    await betterAuth.rotateKeys();
    // An app that has not seen the new key.
    const other = await openTestApp({ AUTH_JWKS_URL: betterAuth.jwksUrl });
    for (const token of [await betterAuth.token(person), person.jwt])
      expect((await style.call(other.fetch, 'me', {}, token)).value).toMatchObject({ id: person.id });
    await other.close();
  });

  it('is not signed in by the opaque token of the bearer plugin', async () => {
    const { sessionToken } = await betterAuth.signUp();
    expect(await style.call(app.fetch, 'me', {}, sessionToken)).toMatchObject({
      status: expect.any(Number),
      code: 'UNAUTHENTICATED',
    });
  });
});
