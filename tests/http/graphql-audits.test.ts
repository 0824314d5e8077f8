import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Audit, type AuditResult, serverAudits } from 'graphql-http';
import { newPerson, type Person } from '../support/app.js';
import { forge } from '../support/forge.js';
import { openSocketApp, type SocketApp } from '../support/socket.js';

const page = await readFile(new URL('../../docs/graphql-over-http.md', import.meta.url), 'utf8');

describe('the GraphQL over HTTP audit', () => {
  let app: SocketApp;
  let closed: SocketApp;
  let limited: SocketApp;
  let ada: Person;
  beforeAll(async () => {
    [app, closed, limited] = await Promise.all([
      openSocketApp(),
      openSocketApp({ EXPLORER: 'off', AUTH_JWKS_URL: `${issuer}/jwks` }),
      openSocketApp({ RATE_LIMIT: 'on', RATE_ANONYMOUS: '1/h' }),
    ]);
    ada = await newPerson(app);
  });
  afterAll(async () => {
    await app.close();
    await closed.close();
    await limited.close();
  });

  /** Nothing listens there. */
  const issuer = 'http://127.0.0.1:9';

  const urlOf = ({ url }: SocketApp) => `${url}/graphql`;
  const audits = serverAudits({ url: () => urlOf(app) });
  const levelOf = ({ name }: Pick<Audit, 'name'>) => name.split(' ')[0] as 'MUST' | 'SHOULD' | 'MAY';

  /** The rows of the table below a heading of the page, cell by cell, without the table's head. */
  function rowsOf(heading: string): string[][] {
    const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
    const lines = section.split('\n').filter((line) => line.startsWith('|'));
    return lines.slice(2).map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
  }

  describe('suite', () => {
    it.each(audits)('$id: $name', async ({ fn }) => {
      expect(await fn()).toMatchObject({ status: 'ok' });
    });

    it('has the number of audits that docs/graphql-over-http.md states', () => {
      const counted = ['MUST', 'SHOULD', 'MAY'].map((level) => [
        level,
        String(audits.filter((audit) => levelOf(audit) === level).length),
      ]);
      expect(rowsOf('Audits')).toEqual(counted);
    });

    // They query `__type`, which is introspection.
    it('fails without introspection exactly where docs/graphql-over-http.md says', async () => {
      const results: AuditResult[] = [];
      for (const { fn } of serverAudits({ url: urlOf(closed) })) results.push(await fn());
      const failed = results.filter(({ status }) => status !== 'ok').map(({ id, name }) => [`\`${id}\``, name]);
      expect(rowsOf('Where introspection is off')).toEqual(failed);
    });
  });

  const body = (query: string, more: object = {}) => JSON.stringify({ query, ...more });
  const post = (text: string, headers: Record<string, string> = {}): RequestInit => ({
    method: 'POST',
    body: text,
    headers: { 'content-type': 'application/json', ...headers },
  });

  /** The requests of the page's table. */
  const requests: Readonly<Record<string, () => { to?: SocketApp; search?: string; init: RequestInit }>> = {
    'a query that succeeds': () => ({ init: post(body('{ health { status } }')) }),
    'a field that fails': () => ({ init: post(body('{ me { id } health { status } }')) }),
    'all fields fail': () => ({ init: post(body('{ me { id } }')) }),
    'a document that does not parse': () => ({ init: post(body('{')) }),
    'a document that does not validate': () => ({ init: post(body('{ nothing }')) }),
    'variables that do not coerce': () => ({
      init: post(body('query ($id: ID!) { task(id: $id) { id } }', { variables: { id: null } })),
    }),
    'no operation of that name': () => ({ init: post(body('query A { __typename }', { operationName: 'B' })) }),
    'a document over a limit': () => ({
      init: post(body(`{ ${Array.from({ length: 16 }, (_, n) => `a${n}: __typename`).join(' ')} }`)),
    }),
    'an invalid token': () => ({ init: post(body('{ me { id } }'), { authorization: `Bearer ${ada.token}x` }) }),
    'a body that is not JSON': () => ({ init: post('NONSENSE') }),
    'a list of requests': () => ({ init: post(`[${body('{ __typename }')}]`) }),
    'no `query`': () => ({ init: post('{"qeury":"{ __typename }"}') }),
    "a document's hash without the document": () => ({
      init: post(JSON.stringify({ extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } })),
    }),
    'a mutation by GET': () => ({ search: `?query=${encodeURIComponent('mutation { logout }')}`, init: {} }),
    'another method than GET, HEAD, POST and OPTIONS': () => ({ init: { method: 'PUT' } }),
    'a body over 100 KiB': () => ({ init: post(body(`{ __typename }${' '.repeat(102_400)}`)) }),
    'a body with another content type than `application/json`': () => ({
      init: post(body('{ __typename }'), { 'content-type': 'application/x-www-form-urlencoded' }),
    }),
    'a write with the cookies of a session, without `X-CSRF-Token`': () => ({
      init: post(body('mutation { logout }'), { cookie: `session=${ada.token}` }),
    }),
    'a request over a rate limit': () => ({ to: limited, init: post(body('{ health { status } databaseHealth { status } }')) }),
    "a token whose issuer's keys cannot be fetched": () => {
      const claims = { iss: issuer, aud: issuer, sub: 'grace', exp: Math.floor(Date.now() / 1000) + 600 };
      const token = forge(claims, { header: { alg: 'EdDSA', kid: 'unknown' } });
      return { to: closed, init: post(body('{ me { id } }'), { authorization: `Bearer ${token}` }) };
    },
  };

  describe('document docs/graphql-over-http.md', () => {
    const rows = rowsOf('Statuses');

    it('lists the statuses of exactly the tested requests', () => {
      expect(rows.map(([request]) => request)).toEqual(Object.keys(requests));
    });

    it.each(rows)(
      'states the right statuses for %s: %s under application/graphql-response+json, %s under application/json',
      async (name, fresh, old) => {
        for (const [accept, status] of [
          ['application/graphql-response+json', fresh],
          ['application/json', old],
        ] as const) {
          const { to = app, search = '', init } = requests[name as string]?.() ?? { init: {} };
          const response = await fetch(urlOf(to) + search, { ...init, headers: { ...init.headers, accept } });
          await response.arrayBuffer();
          expect([accept, String(response.status)]).toEqual([accept, status]);
          expect(response.headers.get('content-type')).toBe(`${accept}; charset=utf-8`);
        }
      },
    );
  });
});
