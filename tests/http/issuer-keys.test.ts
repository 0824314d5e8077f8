import { afterAll, afterEach, describe, expect, it, jest } from '@jest/globals';
import { openTestApp, type TestApp } from '../support/app.js';
import { newIssuerKey, startIssuer } from '../support/issuer.js';
import { transports } from '../support/transports.js';

const [first, second] = [await newIssuerKey('EdDSA', 'first'), await newIssuerKey('EdDSA', 'second')];
const issuer = await startIssuer([first]);
const apps: TestApp[] = [];
/** An app that has not asked for keys yet. */
async function newApp(AUTH_JWKS_URL = issuer.jwksUrl): Promise<TestApp> {
  const app = await openTestApp({ AUTH_JWKS_URL, AUTH_ISSUER: issuer.url });
  apps.push(app);
  return app;
}
afterEach(() => {
  jest.restoreAllMocks();
  issuer.respond = undefined;
  issuer.keys = [first];
});
afterAll(async () => {
  for (const app of apps) await app.close();
  await issuer.close();
});

/** Moves the clock by which the keys age. */
function passSeconds(seconds: number): void {
  const real = performance.now.bind(performance);
  jest.spyOn(performance, 'now').mockImplementation(() => real() + seconds * 1000);
}

describe.each(transports)('the keys of another issuer, over $name,', ({ me, refusal }) => {
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  it.each<[string, () => void]>([
    [
      'responds with an error',
      () => {
        issuer.respond = (response) => response.writeHead(500).end();
      },
    ],
    [
      'closes the connection',
      () => {
        issuer.respond = (response) => response.destroy();
      },
    ],
    [
      'does not respond in time',
      () => {
        issuer.respond = () => {};
      },
    ],
    [
      'responds with something else',
      () => {
        issuer.respond = (response) => response.end('<html>');
      },
    ],
    [
      'responds with far too much',
      () => {
        issuer.respond = (response) => response.end(JSON.stringify({ keys: [first.jwk], x: 'x'.repeat(100_000) }));
      },
    ],
    [
      'redirects to another address',
      () => {
        issuer.respond = (response) => response.writeHead(302, { location: 'http://localhost/jwks' }).end();
      },
    ],
  ])('are unavailable while it %s: 503 with Retry-After, never 401', async (_, fail) => {
    const app = await newApp();
    fail();
    const response = await refusal(await me(app.fetch, bearer(await first.sign(issuer.claims()))));
    expect([response.status, response.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(app.lines.map(({ msg }) => msg)).toContain('issuer.unavailable');
  });

  it('are fetched again soon after the issuer is back', async () => {
    const app = await newApp();
    const token = await first.sign(issuer.claims());
    issuer.respond = (response) => response.writeHead(500).end();
    await me(app.fetch, bearer(token));
    issuer.respond = undefined;
    passSeconds(2);
    expect((await me(app.fetch, bearer(token))).status).toBe(200);
  });

  it('are fetched once for many requests, and stay while the issuer is away', async () => {
    const app = await newApp();
    const before = issuer.requests();
    const tokens = await Promise.all(Array.from({ length: 8 }, () => first.sign(issuer.claims())));
    for (const response of await Promise.all(tokens.map((token) => me(app.fetch, bearer(token)))))
      expect(response.status).toBe(200);
    issuer.respond = (response) => response.destroy();
    passSeconds(3600);
    for (let n = 0; n < 3; n++) expect((await me(app.fetch, bearer(await first.sign(issuer.claims())))).status).toBe(200);
    expect(issuer.requests() - before).toBeLessThanOrEqual(2);
  });

  it('are fetched again for an unknown kid, at most once in 30 s', async () => {
    const app = await newApp();
    expect((await me(app.fetch, bearer(await first.sign(issuer.claims())))).status).toBe(200);
    const before = issuer.requests();
    for (let n = 0; n < 5; n++)
      expect((await me(app.fetch, bearer(await first.sign(issuer.claims(), { kid: `unknown-${n}` })))).status).toBe(401);
    expect(issuer.requests()).toBe(before + 1);
    issuer.keys = [first, second];
    const token = await second.sign(issuer.claims());
    passSeconds(31);
    expect((await me(app.fetch, bearer(token))).status).toBe(200);
    for (let n = 0; n < 5; n++)
      expect((await me(app.fetch, bearer(await first.sign(issuer.claims(), { kid: `unknown-${n}` })))).status).toBe(401);
    expect(issuer.requests()).toBe(before + 2);
  });

  it('no longer verify tokens, seen before or not, some minutes after the issuer withdrew them', async () => {
    const app = await newApp();
    const token = await first.sign(issuer.claims({ exp: Math.floor(Date.now() / 1000) + 3600 }));
    expect((await me(app.fetch, bearer(token))).status).toBe(200);
    issuer.keys = [second];
    passSeconds(301);
    await me(app.fetch, bearer(token));
    // The keys are fetched in the background: a second token under the old key needs no waiting, and one under the new does.
    expect((await me(app.fetch, bearer(await second.sign(issuer.claims())))).status).toBe(200);
    expect((await me(app.fetch, bearer(token))).status).toBe(401);
  });
});
