import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newPerson, openTestApp, type Person, type TestApp } from '../support/app.js';
import { query } from '../support/graphql.js';
import { restStyle } from '../support/styles.js';

describe('a request with many root fields', () => {
  let app: TestApp;
  let ada: Person;
  beforeAll(async () => {
    app = await openTestApp();
    ada = await newPerson(app);
    await restStyle.call(app.fetch, 'createTask', { input: { title: 'a' } }, ada.token);
  });
  afterAll(() => app.close());

  /** How many statements on tasks are under way at once, at most, while something runs; each is held until nothing more comes. */
  async function mostAtOnce(run: () => Promise<unknown>): Promise<number> {
    const { query: ask } = app.db;
    let [now, most] = [0, 0];
    Object.assign(app.db, {
      query: async (text: string, values: readonly unknown[]) => {
        if (!text.includes('FROM tasks')) return ask(text, values);
        most = Math.max(most, ++now);
        for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
        return ask(text, values).finally(() => now--);
      },
    });
    try {
      await run();
      return most;
    } finally {
      Object.assign(app.db, { query: ask });
    }
  }

  const fifteen = (write: (n: number) => string) => `{ ${Array.from({ length: 15 }, (_, n) => `a${n}: ${write(n)}`).join(' ')} }`;

  describe('uses at most two connections of the pool', () => {
    it.each([
      ['pages with a search', fifteen((n) => `tasks(search: "${n}") { total }`)],
      ['pages with a status and a limit', fifteen((n) => `tasks(status: PENDING, limit: ${n + 1}) { total data { id } }`)],
      ['total counts of connections', fifteen((n) => `tasksConnection(search: "${n}") { totalCount }`)],
      ['connections', fifteen((n) => `tasksConnection(first: ${n + 1}) { edges { node { id } } }`)],
    ])('for %s', async (_, document) => {
      const most = await mostAtOnce(async () => {
        expect((await query(app.fetch, document, ada.token)).errors).toBeUndefined();
      });
      expect(most).toBeLessThanOrEqual(2);
    });

    it('and leaves other users’ connections free', async () => {
      const people = [ada, await newPerson(app), await newPerson(app)];
      const document = fifteen((n) => `tasks(search: "${n}") { total }`);
      const most = await mostAtOnce(() => Promise.all(people.map(({ token }) => query(app.fetch, document, token))));
      expect(most).toBe(6);
    });
  });
});
