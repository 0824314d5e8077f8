import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { openTestApp, sharedApp } from '../support/app.js';

const app = await sharedApp();

describe('the web pages', () => {
  /** Asks as a browser does. */
  const open = (path: string, headers: Record<string, string> = {}, { fetch } = app): Promise<Response> =>
    fetch(path, { headers: { accept: 'text/html,*/*;q=0.8', ...headers } });

  const encodings = { gzip: 'gzip', identity: null, 'gzip;q=0': null, 'deflate, gzip;q=0.5': 'gzip' };

  /** What a page links in, without what stands in the page. */
  function linkedIn(html: string): string[] {
    const shell = html.replace(/<style>[\s\S]*<\/style>/, '').replace(/<script>[\s\S]*<\/script>/, '');
    return [...shell.matchAll(/<(?:script|link|img|iframe)\b[^>]*?(?:src|href)="([^"]*)"/g)].map(([, address = '']) => address);
  }

  const pages = ['/', '/graphql', '/docs'];
  const files = ['/docs/init.js', '/docs/swagger-ui.css', '/docs/swagger-ui-bundle.js', '/openapi.json'];

  describe.each(pages)('at %s in a browser', (path) => {
    test('have a policy that allows resources of this server only', async () => {
      const { status, headers } = await open(path);
      expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      const policy = headers.get('content-security-policy') ?? '';
      for (const rule of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"]) expect(policy).toContain(rule);
      expect(policy).not.toMatch(/https?:|\*|unsafe-eval|script-src[^;]*unsafe-inline/);
    });

    test('link no resource of another host', async () => {
      const html = await (await open(path)).text();
      const linked = linkedIn(html);
      expect(linked.length).toBeGreaterThan(0);
      for (const address of linked) expect(address).toMatch(/^(\/[^/]|data:)/);
      expect(html).not.toMatch(/@import|url\(["']?(https?:)?\/\//);
    });
  });

  describe.each([...pages, ...files])('at %s', (path) => {
    test('have the same content compressed and uncompressed', async () => {
      const bodies = [];
      for (const [asked, given] of Object.entries(encodings)) {
        const answer = await open(path, { 'accept-encoding': asked });
        const { headers } = answer;
        expect([asked, headers.get('content-encoding')]).toEqual([asked, given]);
        const body = Buffer.from(await answer.arrayBuffer());
        expect(Number(headers.get('content-length') ?? body.length)).toBe(body.length);
        expect(headers.get('vary')).toContain('Accept-Encoding');
        bodies.push(given ? gunzipSync(body) : body);
      }
      expect(bodies[0]?.length).toBeGreaterThan(0);
      for (const body of bodies) expect(body.equals(bodies[0] ?? Buffer.alloc(0))).toBe(true);
    });

    test('return 304 to a client that has the current version, with the same content security policy', async () => {
      const first = await open(path);
      const again = await open(path, { 'if-none-match': `"other", ${first.headers.get('etag')}` });
      expect([again.status, await again.text()]).toEqual([304, '']);
      expect(again.headers.get('content-security-policy')).toBe(first.headers.get('content-security-policy'));
    });

    test('support HEAD', async () => {
      const { status, headers } = await app.fetch(path, { method: 'HEAD', headers: { accept: 'text/html' } });
      expect([status, headers.get('content-type')]).toEqual([200, (await open(path)).headers.get('content-type')]);
    });
  });

  // The other methods of `/graphql` are GraphQL's own.
  test.each([...pages, ...files].filter((path) => path !== '/graphql'))(
    'at %s allow only GET, HEAD and OPTIONS',
    async (path) => {
      const refused = await app.fetch(path, { method: 'DELETE' });
      expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
      expect(await refused.json()).toMatchObject({ error_code: 'METHOD_NOT_ALLOWED' });
      const options = await app.fetch(path, { method: 'OPTIONS' });
      expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS']);
    },
  );

  test.each([
    ['EXPLORER', 'off'],
    ['NODE_ENV', 'production'],
  ])('with %s=%s do not include or link GraphiQL; the REST documents remain', async (variable, value) => {
    const closed = await openTestApp({ [variable]: value });
    try {
      const graphql = await open('/graphql', {}, closed);
      expect([graphql.status, (await graphql.json()).errors[0].extensions.code]).toEqual([400, 'BAD_REQUEST']);
      expect(await (await open('/', {}, closed)).text()).not.toContain('href="/graphql"');
      for (const path of ['/', '/docs', '/openapi.json']) expect((await open(path, {}, closed)).status).toBe(200);
    } finally {
      await closed.close();
    }
  });

  test.each(['*/*', 'application/json, text/html;q=0', 'application/json, text/html;q=0.5'])(
    'are not returned at /graphql to a client that is not a browser (Accept: %s)',
    async (accept) => {
      const answer = await app.fetch('/graphql?query={health{status}}', { headers: { accept } });
      expect(await answer.json()).toEqual({ data: { health: { status: 'ok' } } });
    },
  );

  test.each([
    '/docs/x',
    '/docs/',
    '/docs/package.json',
    '/docs/constructor',
    '/docs/../package.json',
    '/docs/%2e%2e/package.json',
  ])('do not exist at %s, which is 404 in the error format', async (path) => {
    const answer = await open(path);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toEqual({ error_code: 'NOT_FOUND', message: expect.any(String), details: {} });
  });
});
