import { beforeAll, describe, expect, it } from '@jest/globals';
import { newPerson, type Person, sharedApp } from '../support/app.js';
import { type Arguments, restStyle, styles } from '../support/styles.js';

const app = await sharedApp();
const [ada, bob] = [await newPerson(app), await newPerson(app)];

describe('a list of tasks without a total', () => {
  interface Page {
    data: { id: number; title: string }[];
    total?: number;
  }

  const make = (title: string, { token }: Person) => restStyle.call(app.fetch, 'createTask', { input: { title } }, token);
  beforeAll(async () => {
    for (let n = 1; n <= 9; n++) await make(n % 3 === 0 ? `Milk ${n}` : `Bread ${n}`, ada);
    for (let n = 1; n <= 4; n++) await make(`Bob’s ${n}`, bob);
  });

  const lists: Arguments[] = [1, 2, 3, 4, 8, 9, 10, 100].flatMap((limit) =>
    [1, 2, 3, 9, 10].flatMap((page) =>
      [{}, { search: 'milk' }, { status: 'Pending', sort: 'title' }].map((filter) => ({ limit, page, ...filter })),
    ),
  );

  describe.each(styles)('over $name', (style) => {
    const page = async (args: Arguments, { token } = ada) => (await style.call(app.fetch, 'tasks', args, token)).value as Page;

    it('differs from the list with a total only in the absent total, for every page and filter', async () => {
      for (const args of lists) {
        const { total, ...others } = await page(args);
        expect(total).toBeGreaterThan(0);
        const uncounted = await page({ ...args, total: false });
        expect(uncounted).toEqual(others);
        expect(Object.keys(uncounted)).toEqual(['data', 'count', 'page', 'limit']);
      }
    });

    it('is returned to exactly the requests without a total, also when concurrent requests differ', async () => {
      const [hers, his] = [await page({ limit: 3 }, ada), await page({ limit: 3 }, bob)];
      expect([hers.total, his.total]).toEqual([9, 4]);
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, n) => page({ limit: 3, ...(n % 4 < 2 ? { total: false } : {}) }, n % 2 ? bob : ada)),
      );
      for (const [n, answer] of answers.entries()) {
        const { total, ...others } = n % 2 ? his : hers;
        expect(answer).toEqual(n % 4 < 2 ? others : { ...others, total });
      }
    });
  });

  describe('at GET /api/tasks?total=false', () => {
    const get = (query: string, headers: Record<string, string> = {}, { token } = ada) =>
      app.fetch(`/api/tasks?${query}`, { headers: { authorization: `Bearer ${token}`, ...headers } });
    const links = async (query: string) => {
      const link = (await get(query)).headers.get('link') ?? '';
      return Object.fromEntries([...link.matchAll(/<([^>]*)>; rel="(\w+)"/g)].map(([, url, rel]) => [rel, url]));
    };

    it('sends Link without last, and keeps total=false in the other links', async () => {
      expect(await links('total=false&limit=4&page=2')).toEqual({
        first: '/api/tasks?page=1&limit=4&total=false',
        prev: '/api/tasks?page=1&limit=4&total=false',
        next: '/api/tasks?page=3&limit=4&total=false',
      });
      expect(await links('total=false&limit=3&page=3')).toEqual({
        first: '/api/tasks?page=1&limit=3&total=false',
        prev: '/api/tasks?page=2&limit=3&total=false',
      });
      expect(await links('total=false&page=7')).toMatchObject({ prev: '/api/tasks?page=6&total=false&limit=50' });
    });

    it('links to the next page exactly when there is one, as with the total', async () => {
      for (const args of lists) {
        const query = new URLSearchParams(Object.entries(args).map(([name, value]) => [name, String(value)]));
        const { next } = await links(`${query}`);
        query.set('total', 'false');
        const uncounted = await links(`${query}`);
        expect([`${query}`, uncounted.next !== undefined]).toEqual([`${query}`, next !== undefined]);
        expect(Object.keys(uncounted)).not.toContain('last');
      }
    });

    it('reaches every task once by following next', async () => {
      const seen: number[] = [];
      let next: string | undefined = '/api/tasks?total=false&limit=2&sort=id';
      while (next) {
        const query: string = next.split('?')[1] ?? '';
        seen.push(...((await (await get(query)).json()) as Page).data.map(({ id }) => id));
        next = (await links(query)).next;
      }
      const all = (await (await get('sort=id')).json()) as Page;
      expect(seen).toEqual(all.data.map(({ id }) => id));
    });

    it('becomes the default list with total=true, except for the links, which keep the parameter', async () => {
      const [plain, counted] = [await get('limit=4'), await get('limit=4&total=true')];
      expect(await counted.json()).toEqual(await plain.json());
      expect(counted.headers.get('etag')).toBe(plain.headers.get('etag'));
      expect((await links('page=1&limit=4&total=true')).last).toBe('/api/tasks?page=3&limit=4&total=true');
    });

    it('has a separate ETag, which returns 304 and changes with the tasks and with the existence of a next page', async () => {
      const carol = await newPerson(app);
      for (const title of ['a', 'b']) await make(title, carol);
      const query = 'total=false&limit=2&sort=id';
      const first = await get(query, {}, carol);
      const etag = first.headers.get('etag') ?? '';
      expect(first.headers.get('link')).not.toContain('rel="next"');
      expect(etag).not.toBe((await get('limit=2&sort=id', {}, carol)).headers.get('etag'));
      expect((await get(query, { 'if-none-match': etag }, carol)).status).toBe(304);
      await make('c', carol);
      const later = await get(query, { 'if-none-match': etag }, carol);
      expect([later.status, later.headers.get('link')]).toEqual([200, expect.stringContaining('rel="next"')]);
      await make('d', carol);
      // What is beyond the next task is nothing to this page.
      expect((await get(query, { 'if-none-match': later.headers.get('etag') ?? '' }, carol)).status).toBe(304);
    });

    it.each(['maybe', '', 'FALSE', '0'])('rejects total=%s like any invalid parameter', async (value) => {
      const answer = await get(`total=${value}`);
      expect([answer.status, await answer.json()]).toEqual([
        400,
        expect.objectContaining({
          error_code: 'BAD_REQUEST',
          details: { field: 'total', error: 'Total must be true or false' },
        }),
      ]);
    });

    it('authenticates before it validates the parameter', async () => {
      expect((await app.fetch('/api/tasks?total=maybe')).status).toBe(401);
    });
  });
});
