import { readdir, readFile } from 'node:fs/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import { newPerson, openTestApp } from '../support/app.js';
import { causes, issuer, origin } from '../support/audit-events.js';
import { eventually } from '../support/eventually.js';
import { type Arguments, type Fetch, type Operation, styles } from '../support/styles.js';

const app = await openTestApp({
  ...{ AUTH_HS256_ISSUERS: issuer, CORS_ORIGINS: origin, RATE_LIMIT: 'on', RATE_LOGIN: '3/15m' },
  ...{ RATE_ANONYMOUS: '10000/s', RATE_SIGNUP: '10000/s' },
});
afterAll(app.close);

describe.each(styles)('the audit log, over $name,', (style) => {
  it.each(Object.entries(causes))('has one line %s, with the request and the client', async (event, cause) => {
    const ada = await newPerson(app);
    const call = (operation: Operation, args?: Arguments, token?: string, fetch: Fetch = app.fetch) =>
      style.call(fetch, operation, args, token);
    const start = app.lines.length;
    const fields = await cause({ app, ada, call });
    const written = () => app.lines.slice(start).filter(({ msg }) => msg === event);
    // A reset is logged after the response, whose time must not tell whether the email has an account.
    await eventually(() => written().length > 0, 5_000);
    expect(written().map((line) => ({ userId: undefined, ...line }))).toEqual([
      expect.objectContaining({
        ...{ audit: true, requestId: expect.stringMatching(/./), address: '127.0.0.1', userId: ada.id },
        ...fields,
      }),
    ]);
  });
});

describe('the events of the audit log', () => {
  it('are those that the sources log, and those that the README marks', async () => {
    const root = new URL('../../', import.meta.url);
    const files = (await readdir(new URL('src/', root), { recursive: true })).filter((name) => name.endsWith('.ts'));
    const texts = await Promise.all(files.map((name) => readFile(new URL(`src/${name}`, root), 'utf8')));
    const logged = texts.flatMap((text) => [...text.matchAll(/auditFields\([^;]*?, '([a-z.-]+)'\)/g)].map(([, event]) => event));
    // Named apart from the line that logs them.
    const derived = ['api-token.forbidden', 'csrf.rejected'];
    expect([...new Set([...logged, ...derived])].sort()).toEqual(Object.keys(causes).sort());
    const readme = await readFile(new URL('README.md', root), 'utf8');
    const marked = [...readme.matchAll(/^\| (`[^|]*`) \* \|/gm)].flatMap(([, cell = '']) => cell.replaceAll('`', '').split(', '));
    expect(marked.sort()).toEqual(Object.keys(causes).sort());
  });
});
