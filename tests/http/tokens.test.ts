import { createSign, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { newPerson, sharedApp, testSecret } from '../support/app.js';
import { claimsOf, encode, forge, goodHeader } from '../support/forge.js';
import { styles } from '../support/styles.js';
import { transports } from '../support/transports.js';

const app = await sharedApp();
const [ada, bob] = [await newPerson(app), await newPerson(app)];

describe('an access token', () => {
  const claims = claimsOf(ada.token);
  const now = () => Math.floor(Date.now() / 1000);
  const unsigned = (alg: unknown) => `${encode({ alg, typ: 'JWT' })}.${encode(claims)}.`;
  const withHeader = (more: object, secret?: string) => forge(claims, { header: { ...goodHeader, ...more }, secret });
  const withClaims = (more: object) => forge({ ...claims, ...more });
  const without = (name: string) => forge(Object.fromEntries(Object.entries(claims).filter(([claim]) => claim !== name)));
  /** The claims as JSON with something of one’s own in it. */
  const withJson = (find: string | RegExp, write: string) => forge(JSON.stringify(claims).replace(find, write));
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const publicPem = rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string;
  const rs256 = () => {
    const signed = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`;
    return `${signed}.${createSign('RSA-SHA256').update(signed).sign(rsa.privateKey).toString('base64url')}`;
  };
  const [head, body, signature] = [0, 1, 2].map((part) => () => ada.token.split('.')[part] ?? '') as [
    () => string,
    () => string,
    () => string,
  ];

  const bad: [string, () => string][] = [
    ...['none', 'None', 'NONE', 'nOnE', '', null].map((alg): [string, () => string] => [`alg ${alg}`, () => unsigned(alg)]),
    ['alg none with a signature', () => forge(claims, { header: { alg: 'none' } })],
    ['no alg', () => forge(claims, { header: { typ: 'JWT' } })],
    ['a null signature', () => `${head()}.${body()}.`],
    ['no signature', () => `${head()}.${body()}`],
    ['a signature more', () => `${ada.token}.${signature()}`],
    ['a signature of NUL bytes', () => `${head()}.${body()}.${Buffer.alloc(32).toString('base64url')}`],
    ['a signature that is padded', () => `${ada.token}=`],
    [
      'a signature with a bit changed that does not count',
      () =>
        `${head()}.${body()}.${signature().replace(/.$/, (last) => ({ A: 'B', Q: 'R', g: 'h', w: 'x' })[last] ?? `${last}A`)}`,
    ],
    ...['', ' ', 'secret', 'changeme', 'dev', `${testSecret} `, testSecret.toUpperCase(), encode(testSecret)].map(
      (secret): [string, () => string] => [`the secret ${JSON.stringify(secret)}`, () => forge(claims, { secret })],
    ),
    ['HS384', () => forge(claims, { header: { alg: 'HS384' }, hash: 'sha384' })],
    ['HS512', () => forge(claims, { header: { alg: 'HS512' }, hash: 'sha512' })],
    ['HS512 that says HS256', () => forge(claims, { hash: 'sha512' })],
    ['RS256 by a key of one’s own', rs256],
    ['HS256 by a public key', () => forge(claims, { secret: publicPem })],
    ['kid as a path', () => withHeader({ kid: '../../../../dev/null' }, '')],
    ['kid as SQL', () => withHeader({ kid: "' UNION SELECT '1" }, '1')],
    ['kid of 100 KB', () => withHeader({ kid: 'k'.repeat(100_000) })],
    ['jwk in the header', () => withHeader({ jwk: { kty: 'oct', k: encode('mine') } }, 'mine')],
    ['a changed sub under the old signature', () => `${head()}.${encode({ ...claims, sub: bob.id })}.${signature()}`],
    ['an exp that has passed', () => withClaims({ iat: now() - 60, exp: now() - 1 })],
    ['an exp of now', () => withClaims({ exp: now() })],
    ['no exp', () => without('exp')],
    ['exp as a text', () => withClaims({ exp: String(now() + 60) })],
    ['exp as null', () => withClaims({ exp: null })],
    ['exp with a fraction', () => withClaims({ exp: now() + 60.5 })],
    ['exp of 1e400', () => withJson(/"exp":\d+/, '"exp":1e400')],
    ['exp of 2^53', () => withClaims({ exp: 2 ** 53 })],
    ['exp below 0', () => withClaims({ exp: -1 })],
    ['no iat', () => without('iat')],
    ['iat in the future', () => withClaims({ iat: now() + 300 })],
    ['iat as a text', () => withClaims({ iat: String(now()) })],
    ['nbf in the future', () => withClaims({ nbf: now() + 300 })],
    ['nbf as a text', () => withClaims({ nbf: 'now' })],
    ['another iss', () => withClaims({ iss: 'tandem.example' })],
    ['iss as a list', () => withClaims({ iss: ['tandem'] })],
    ['no iss', () => without('iss')],
    ['another aud', () => withClaims({ aud: 'other' })],
    ['aud as a list that holds ours', () => withClaims({ aud: ['tandem', 'other'] })],
    ['aud as a list of ours alone', () => withClaims({ aud: ['tandem'] })],
    ['no aud', () => without('aud')],
    ...[undefined, null, 1, '', { $gt: '' }, ['x'], '__proto__', 'user_\0', '\ud800', 'x'.repeat(2000)].flatMap(
      (odd): [string, () => string][] => [
        [`sub ${JSON.stringify(odd)?.slice(0, 20)}`, () => withClaims({ sub: odd })],
        [`sid ${JSON.stringify(odd)?.slice(0, 20)}`, () => withClaims({ sid: odd })],
      ],
    ),
    ['the sid of another person', () => withClaims({ sid: claimsOf(bob.token).sid })],
    ['the sub of another person', () => withClaims({ sub: bob.id })],
    ['two subs, the last of them another’s', () => withJson('"sub"', `"sub":${JSON.stringify(ada.id)},"sub":"other","x"`)],
    ['a payload that is no object', () => forge('"text"')],
    ['a payload that is null', () => forge('null')],
    ['a payload that is a list', () => forge([claims])],
    ['a payload that is not JSON', () => forge('{"sub":')],
    ['a payload that is not UTF-8', () => forge(Buffer.from('{"sub":"\xff"}', 'latin1').toString('latin1'))],
    ['a payload nested 1,000 deep', () => forge(`{"x":${'['.repeat(1000)}${']'.repeat(1000)}}`)],
    ['a payload nested 10,000 deep', () => forge(`{"x":${'['.repeat(10_000)}${']'.repeat(10_000)}}`)],
    ['a header that is not JSON', () => forge(claims, { header: 'HS256' })],
    ['the refresh token', () => ada.refreshToken],
    ['8 KB of nothing', () => 'a'.repeat(8192)],
    ['8 KB of dots', () => '.'.repeat(8192)],
    ['a good token that is too long', () => withClaims({ x: 'x'.repeat(4096) })],
  ];

  describe.each(transports)('over $name', ({ me, refusal }) => {
    it('is accepted when it is signed by hand with the right key and claims', async () => {
      expect((await me(app.fetch, { authorization: `Bearer ${forge(claims)}` })).status).toBe(200);
      expect((await me(app.fetch, { authorization: `Bearer ${jwt.sign(claims, testSecret)}` })).status).toBe(200);
    });

    it('may be issued by a clock that is ahead by up to five seconds', async () => {
      const statusOf = async (seconds: number) =>
        (await me(app.fetch, { authorization: `Bearer ${withClaims({ iat: now() + seconds })}` })).status;
      expect([await statusOf(4), await statusOf(30)]).toEqual([200, 401]);
    });

    it.each(bad)('is rejected with UNAUTHENTICATED when it has %s', async (_, token) => {
      const before = app.lines.length;
      const response = await me(app.fetch, { authorization: `Bearer ${token()}` });
      expect(await refusal(response)).toMatchObject({
        status: 401,
        code: 'UNAUTHENTICATED',
        message: 'Sign in to do this.',
        details: { reason: expect.stringMatching(/^(invalid|expired|revoked)$/) },
      });
      expect(app.lines.slice(before).map(({ level }) => level)).toEqual([30]);
    });

    it('of a session that was logged out is rejected in every spelling', async () => {
      const gone = await newPerson(app);
      await styles[1]?.call(app.fetch, 'logout', {}, gone.token);
      for (const token of [
        gone.token,
        `${gone.token}=`,
        forge(claimsOf(gone.token)),
        forge({ ...claimsOf(gone.token), jti: 'new' }),
      ]) {
        expect((await refusal(await me(app.fetch, { authorization: `Bearer ${token}` }))).status).toBe(401);
      }
    });
  });
});
