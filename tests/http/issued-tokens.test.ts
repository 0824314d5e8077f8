import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import { openTestApp } from '../support/app.js';
import { encode, forge } from '../support/forge.js';
import { newClaims, newIssuerKey, startIssuer } from '../support/issuer.js';
import { transports } from '../support/transports.js';

const keys = await Promise.all(['EdDSA', 'ES256', 'RS256', 'PS256'].map((alg) => newIssuerKey(alg)));
const [ed] = keys as [(typeof keys)[number]];
const [stranger, es512] = [await newIssuerKey('EdDSA', ed.kid), await newIssuerKey('ES512')];
const issuer = await startIssuer([...keys, es512]);
const shared = 'https://shared.example';
const app = await openTestApp({ AUTH_JWKS_URL: issuer.jwksUrl, AUTH_HS256_ISSUERS: shared });
afterAll(async () => {
  await app.close();
  await issuer.close();
});

const now = () => Math.floor(Date.now() / 1000);
type Make = () => string | Promise<string>;
const withClaims = (changes: object, header?: object) => ed.sign(issuer.claims(changes), header);
/** A session cookie of Better Auth. */
const cookie = (changes: object = {}, header: object = {}) => {
  const { email, name, ...claims } = issuer.claims({ aud: 'better-auth:session-cache', sid: 's1' });
  const session = { token: 's1', expiresAt: new Date(Date.now() + 60_000).toISOString() };
  const user = { id: claims.sub, email, name };
  return ed.sign({ ...claims, user, session, ...changes }, { typ: 'better-auth.session-cache+jwt', ...header });
};

const accepted: [string, Make][] = [
  ...keys.map((key): [string, Make] => [key.alg, () => key.sign(issuer.claims())]),
  ['the type JWT', () => withClaims({}, { typ: 'JWT' })],
  ['the type at+jwt', () => withClaims({}, { typ: 'application/at+jwt' })],
  ['several audiences, ours among them', () => withClaims({ aud: ['other', issuer.url] })],
  ['an exp that passed within the skew', () => withClaims({ exp: now() - 50 })],
  ['an iat and nbf ahead within the skew', () => withClaims({ iat: now() + 50, nbf: now() + 50 })],
  ['no iat', () => withClaims({ iat: undefined })],
  ['no name', () => withClaims({ name: undefined })],
  ['a name that breaks the rule', () => withClaims({ name: 'x'.repeat(256) })],
  ['the secret that is shared', () => forge(newClaims(shared))],
  ['a session cookie of Better Auth', () => cookie()],
];

const bad: [string, Make][] = [
  ['alg none', () => `${encode({ alg: 'none', kid: ed.kid })}.${encode(issuer.claims())}.`],
  ['HS256 signed with the public key', () => forge(issuer.claims(), { header: { alg: 'HS256', kid: ed.kid }, secret: ed.pem })],
  ['HS256 signed with the public key, by an issuer of shared secrets', () => forge(newClaims(shared), { secret: ed.pem })],
  ['HS256 signed with our secret in the name of the issuer of public keys', () => forge(issuer.claims())],
  ['HS256 in the name of an issuer that nobody named', () => forge(newClaims('https://other.example'))],
  ['HS512', () => forge(newClaims(shared), { header: { alg: 'HS512' }, hash: 'sha512' })],
  ['an asymmetric key in the name of an issuer of shared secrets', () => withClaims({ iss: shared, aud: shared })],
  ['ES512', () => es512.sign(issuer.claims())],
  ['an alg that its key is not for', () => withClaims({}, { alg: 'EdDSA', kid: keys[1]?.kid })],
  ['the kid of another key', () => withClaims({}, { kid: keys[1]?.kid })],
  ['an unknown kid', () => withClaims({}, { kid: 'unknown' })],
  ['no kid', () => withClaims({}, { kid: undefined })],
  ['a kid that is a path', () => withClaims({}, { kid: '../../../../dev/null' })],
  ['a stranger’s key under a known kid', () => stranger.sign(issuer.claims())],
  ['a jwk in the header', async () => stranger.sign(issuer.claims(), { kid: 'mine', jwk: stranger.jwk })],
  ['a jku in the header', () => stranger.sign(issuer.claims(), { kid: 'mine', jku: `${issuer.url}/other` })],
  [
    'a critical extension',
    async () => {
      const [, ...rest] = (await ed.sign(issuer.claims())).split('.');
      return [encode({ alg: 'EdDSA', kid: ed.kid, crit: ['x'], x: 1 }), ...rest].join('.');
    },
  ],
  ['another iss', () => withClaims({ iss: 'https://other.example' })],
  ['our own iss', () => withClaims({ iss: 'tandem', aud: 'tandem' })],
  ['no iss', () => withClaims({ iss: undefined })],
  ['another aud', () => withClaims({ aud: 'https://other.example' })],
  ['no aud', () => withClaims({ aud: undefined })],
  ['the type of a logout token', () => withClaims({}, { typ: 'logout+jwt' })],
  ['an exp that passed', () => withClaims({ exp: now() - 61 })],
  ['no exp', () => withClaims({ exp: undefined })],
  ['exp as a text', () => withClaims({ exp: '9999999999' })],
  ['exp of the year 10000', () => withClaims({ exp: 253_402_300_800 })],
  ['nbf in the future', () => withClaims({ nbf: now() + 90 })],
  ['iat in the future', () => withClaims({ iat: now() + 90 })],
  ['no sub', () => withClaims({ sub: undefined })],
  ...['', 1, null, { $gt: '' }, ['x'], 'a\0b', '\ud800', 'x'.repeat(256)].map((sub): [string, Make] => [
    `sub ${JSON.stringify(sub).slice(0, 12)}`,
    () => withClaims({ sub }),
  ]),
  [
    'a changed payload',
    async () => {
      const [head, , signature] = (await ed.sign(issuer.claims())).split('.');
      return `${head}.${encode(issuer.claims())}.${signature}`;
    },
  ],
  ['8 KB of claims', () => withClaims({ x: 'x'.repeat(8192) })],
  ['a session cookie with the type of an access token', () => cookie({}, { typ: 'JWT' })],
  ['an access token with the type of a session cookie', () => withClaims({}, { typ: 'better-auth.session-cache+jwt' })],
  ['a session cookie for another audience', () => cookie({ aud: issuer.url })],
  ['a session cookie of another user', () => cookie({ user: { id: 'other', email: 'other@example.com' } })],
  ['a session cookie of another session', () => cookie({ sid: 's2' })],
  [
    'a session cookie whose session has expired',
    () => cookie({ session: { token: 's1', expiresAt: '2020-01-01T00:00:00.000Z' } }),
  ],
];

describe.each(transports)('a token of another issuer, over $name,', ({ me, refusal }) => {
  it.each(accepted)('is accepted with %s', async (_, token) => {
    const response = await me(app.fetch, { authorization: `Bearer ${await token()}` });
    expect([response.status, await response.json()]).toEqual([200, expect.not.objectContaining({ errors: expect.anything() })]);
  });

  it.each(bad)('is refused with UNAUTHENTICATED when it has %s', async (_, token) => {
    const response = await me(app.fetch, { authorization: `Bearer ${await token()}` });
    expect(await refusal(response)).toMatchObject({
      status: 401,
      code: 'UNAUTHENTICATED',
      details: { reason: expect.stringMatching(/^(invalid|expired)$/) },
    });
  });

  it.each(['jku', 'x5u'])('never makes the server fetch keys from the URL in its %s', async (name) => {
    const strangers = await startIssuer([stranger]);
    const good = await me(app.fetch, {
      authorization: `Bearer ${await ed.sign(issuer.claims(), { [name]: strangers.jwksUrl })}`,
    });
    for (const kid of [stranger.kid, 'unknown']) {
      const token = await stranger.sign(issuer.claims(), { kid, [name]: strangers.jwksUrl });
      expect((await me(app.fetch, { authorization: `Bearer ${token}` })).status).toBe(401);
    }
    expect([good.status, strangers.requests()]).toEqual([200, 0]);
    await strangers.close();
  });

  it('ends with its session when it is a session cookie, also once it was accepted', async () => {
    const endsAt = Date.now() + 1_500;
    const token = await cookie({ session: { token: 's1', expiresAt: new Date(endsAt).toISOString() } });
    const respond = () => me(app.fetch, { authorization: `Bearer ${token}` });
    expect((await respond()).status).toBe(200);
    await setTimeout(endsAt + 1_000 - Date.now());
    expect((await refusal(await respond())).status).toBe(401);
  });

  it('says expired of one that has expired, and invalid of others', async () => {
    const reasonOf = async (token: string) =>
      (await refusal(await me(app.fetch, { authorization: `Bearer ${token}` }))).details.reason;
    expect(await reasonOf(await withClaims({ exp: now() - 61 }))).toBe('expired');
    expect(await reasonOf(await withClaims({ iss: 'https://other.example' }))).toBe('invalid');
  });

  it('is refused when no other issuer is configured', async () => {
    const plain = await openTestApp();
    for (const token of [await ed.sign(issuer.claims()), forge(newClaims(shared))])
      expect((await refusal(await me(plain.fetch, { authorization: `Bearer ${token}` }))).status).toBe(401);
    await plain.close();
  });

  it('is for the configured issuer and audience', async () => {
    const settings = { AUTH_JWKS_URL: issuer.jwksUrl, AUTH_ISSUER: 'https://app.example', AUTH_AUDIENCE: 'tasks' };
    const other = await openTestApp(settings);
    const statusOf = async (changes: object) =>
      (await me(other.fetch, { authorization: `Bearer ${await withClaims(changes)}` })).status;
    expect(await statusOf({ iss: 'https://app.example', aud: 'tasks' })).toBe(200);
    expect(await statusOf({ iss: 'https://app.example' })).toBe(401);
    expect(await statusOf({ aud: 'tasks' })).toBe(401);
    await other.close();
  });
});
