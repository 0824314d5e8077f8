import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createApp } from '../../src/app.js';
import { fetchOf, newPerson, openTestApp, type Person, type TestApp, testConfig } from '../support/app.js';

// What the first request for a route finds out is kept: those that follow do without Sofa (src/rest/handler.ts).
describe('a repeated REST request', () => {
  let app: TestApp;
  let ada: Person;
  const ids: number[] = [];
  const send = (fetch: TestApp['fetch'], method: string, path: string, body?: string, ifMatch?: string) =>
    fetch(path, {
      method,
      body,
      headers: {
        authorization: `Bearer ${ada.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
      },
    });
  beforeAll(async () => {
    app = await openTestApp();
    ada = await newPerson(app);
    for (const title of ['Milk & eggs', 'Bread', 'Milk']) {
      const made = await send(app.fetch, 'POST', '/api/tasks', JSON.stringify({ title }));
      ids.push(((await made.json()) as { id: number }).id);
    }
  });
  afterAll(() => app.close());

  /** What must not depend on how often a route was asked; a change moves the rest. */
  async function told(response: Response) {
    const { updated_at: _, ...body } = JSON.parse((await response.text()) || '{}');
    const { status, headers } = response;
    return { status, link: headers.get('link'), type: headers.get('content-type'), body };
  }

  type Row = [what: string, status: number, method: string, path: string, body?: string, ifMatch?: string];
  const rows: readonly Row[] = [
    ['a list', 200, 'GET', '/api/tasks'],
    ['numbers with zeros before them', 200, 'GET', '/api/tasks?page=02&limit=01'],
    ['a number with a fraction', 400, 'GET', '/api/tasks?limit=1.5'],
    ['no number', 400, 'GET', '/api/tasks?page=x'],
    ['text with escapes', 200, 'GET', '/api/tasks?search=Milk%20%26%20eggs'],
    ['text that looks like a number', 200, 'GET', '/api/tasks?search=007'],
    ['values of enums', 200, 'GET', '/api/tasks?status=Pending&sort=-title'],
    ['a value that the enum has not', 400, 'GET', '/api/tasks?status=PENDING'],
    ['a list without its total', 200, 'GET', '/api/tasks?total=false&limit=2'],
    ['a list with its total', 200, 'GET', '/api/tasks?total=true&limit=2'],
    ['no truth value', 400, 'GET', '/api/tasks?total=no'],
    ['a task', 200, 'GET', '/api/tasks/#'],
    ['an id with a zero before it, escaped', 400, 'GET', '/api/tasks/%30#'],
    ['an id that is no number', 400, 'GET', '/api/tasks/abc'],
    ['an id that no database holds', 400, 'GET', '/api/tasks/2147483648'],
    ['a change', 200, 'PUT', '/api/tasks/#', '{"title":"Milk, eggs","description":null}'],
    ['a change of nothing', 200, 'PUT', '/api/tasks/#', '{}'],
    ['a change with a field of the wrong type', 400, 'PUT', '/api/tasks/#', '{"title":7}'],
    ['a change that the rules refuse', 422, 'PUT', '/api/tasks/#', '{"title":" "}'],
    ['a change for another version', 412, 'PUT', '/api/tasks/#', '{"title":"x"}', '"99"'],
    ['a change for any version', 200, 'PUT', '/api/tasks/#', '{"title":"y"}', '*'],
    ['a change for one of two versions', 412, 'PATCH', '/api/tasks/#/complete', undefined, '"98", "99"'],
    ['who one is', 200, 'GET', '/api/auth/me'],
    ['a new name', 200, 'PATCH', '/api/users/me', '{"name":"Ada L."}'],
    ['a body without what it needs', 422, 'POST', '/api/tasks', '{}'],
    ['a deletion of what is not there', 404, 'DELETE', '/api/tasks/2147483647'],
  ];

  it.each(rows.map(([what, ...request]) => ({ what, request })))(
    'has the same response the first time and later: $what',
    async ({ request: [status, method, path, body, ifMatch] }) => {
      const fresh = await createApp(testConfig(), { db: app.db, log: pino({ enabled: false }) });
      const ask = () => send(fetchOf(fresh), method, path.replace('#', String(ids[0])), body, ifMatch).then(told);
      const first = await ask();
      expect(first.status).toBe(status);
      expect(await ask()).toEqual(first);
    },
  );
});
