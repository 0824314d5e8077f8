import { beforeAll, describe, expect, it } from '@jest/globals';
import { newPerson, sharedApp } from '../support/app.js';
import { type Arguments, restStyle, styles } from '../support/styles.js';

const app = await sharedApp();
const ada = await newPerson(app);

describe('a list of tasks', () => {
  interface Page {
    data: { id: number; title: string; status: string }[];
    count: number;
    total: number;
    page: number;
    limit: number;
  }

  const titles = ['milk', 'Bread', 'eggs 100%', 'Ärger', 'under_score', 'back\\slash', 'zebra', 'apple', 'milk'];
  beforeAll(async () => {
    const bob = await newPerson(app);
    for (const [index, title] of titles.entries()) {
      const description = index === 6 ? 'likes MILK' : null;
      const { value } = await restStyle.call(app.fetch, 'createTask', { input: { title, description } }, ada.token);
      if (index % 3 === 0) await restStyle.call(app.fetch, 'toggleTask', { id: (value as { id: number }).id }, ada.token);
    }
    await restStyle.call(app.fetch, 'createTask', { input: { title: 'milk of another' } }, bob.token);
    // Ties in time, which only the id can break.
    await app.db.query(`UPDATE tasks SET created_at = '2025-12-14T10:00:00Z' WHERE user_id = $1 AND title LIKE '%e%'`, [ada.id]);
  });

  describe.each(styles)('over $name', (style) => {
    const list = (args: Arguments = {}) => style.call(app.fetch, 'tasks', args, ada.token);
    const page = async (args: Arguments = {}) => (await list(args)).value as Page;

    it('returns the newest first, 50 per page, with the count on the page and the total', async () => {
      const answer = await page();
      expect(answer).toMatchObject({ count: 9, total: 9, page: 1, limit: 50 });
      expect(answer.data).toHaveLength(9);
      expect(Object.keys(answer)).toEqual(['data', 'count', 'total', 'page', 'limit']);
    });

    it('contains only the caller’s tasks', async () => {
      expect((await page({ search: 'another' })).total).toBe(0);
    });

    it('returns every page between the first and the last, and an empty page past the end', async () => {
      const seen = [];
      for (const number of [1, 2, 3]) seen.push(...(await page({ page: number, limit: 4 })).data.map(({ id }) => id));
      expect(seen).toEqual((await page()).data.map(({ id }) => id));
      expect(await page({ page: 4, limit: 4 })).toEqual({ data: [], count: 0, total: 9, page: 4, limit: 4 });
      expect(await page({ page: 2147483647, limit: 100 })).toMatchObject({ count: 0, total: 9 });
    });

    it.each(['created_at', 'updated_at', 'title', 'id'])(
      'is sorted by %s in both directions, with ties by id in the same direction',
      async (column) => {
        const rows = await app.db.query<{ id: number }>(
          `SELECT id FROM tasks WHERE user_id = $1 ORDER BY ${column === 'title' ? 'title COLLATE "C"' : column}, id`,
          [ada.id],
        );
        const ids = rows.map(({ id }) => id);
        expect((await page({ sort: column })).data.map(({ id }) => id)).toEqual(ids);
        expect((await page({ sort: `-${column}` })).data.map(({ id }) => id)).toEqual(ids.reverse());
      },
    );

    it('is filtered by status', async () => {
      expect(await page({ status: 'Completed' })).toMatchObject({ total: 3, count: 3 });
      expect(await page({ status: 'Pending' })).toMatchObject({ total: 6, count: 6 });
    });

    it.each([
      ['milk', 3],
      ['MILK', 3],
      ['ärger', 1],
      ['%', 1],
      ['_', 1],
      ['\\', 1],
      ["' OR 1=1--", 0],
      ['', 9],
    ])('is searched in title and description for %j, in any letter case and without wildcards', async (search, total) => {
      expect((await page({ search, limit: 100 })).total).toBe(total);
    });

    it.each([
      ['ΟΔΟΣ', 'a final sigma'],
      ['οδοσ', 'its usual form'],
      ['cafe\u0301 ', 'the decomposed form'],
      ['CAF\u00c9 ', 'the composed form in upper case'],
    ])('is searched for %j in a longer title, by %s', async (search) => {
      const person = await newPerson(app);
      for (const title of ['ΟΔΟΣΗΜΑ caf\u00e9 x', 'οδοσημα cafe\u0301 x', 'another'])
        await style.call(app.fetch, 'createTask', { input: { title } }, person.token);
      const { value } = await style.call(app.fetch, 'tasks', { search }, person.token);
      expect((value as Page).total).toBe(2);
    });

    it('combines filters', async () => {
      expect((await page({ search: 'milk', status: 'Completed' })).data.map(({ title }) => title)).toEqual(['milk', 'zebra']);
    });

    it.each([
      ['page', 0],
      ['page', -1],
      ['page', 2147483648],
      ['limit', 0],
      ['limit', 101],
      ['limit', -5],
      ['page', 1.5],
      ['limit', 'x'],
      ['limit', 1e308],
      ['page', ''],
      ['status', 'Done'],
      ['status', ''],
      ['sort', 'user_id'],
      ['sort', '--id'],
    ])('rejects %s %j with BAD_REQUEST instead of clamping it', async (name, value) => {
      expect(await list({ [name]: value })).toMatchObject({ code: 'BAD_REQUEST' });
    });

    it.each([0, 101, 2_147_483_647, -2_147_483_648])('states the allowed range when it rejects limit %s', async (limit) => {
      const error = 'Limit must be a whole number from 1 to 100';
      expect(await list({ limit })).toMatchObject({ code: 'BAD_REQUEST', details: { field: 'limit', error } });
    });

    it('rejects a search that contains NUL with VALIDATION_ERROR', async () => {
      expect(await list({ search: 'a\0' })).toMatchObject({ code: 'VALIDATION_ERROR', details: { field: 'search' } });
    });
  });

  describe('at GET /api/tasks', () => {
    const links = async (query: string) => {
      const response = await app.fetch(`http://localhost/api/tasks${query}`, {
        headers: { authorization: `Bearer ${ada.token}` },
      });
      return Object.fromEntries(
        [...(response.headers.get('link') ?? '').matchAll(/<([^>]*)>; rel="(\w+)"/g)].map(([, url, rel]) => [rel, url]),
      );
    };

    it('sends Link with first, prev, next and last, and keeps its filters', async () => {
      expect(await links('?limit=4&page=2&status=Pending&token=x&search=a%20b%26c')).toEqual({
        first: '/api/tasks?page=1&limit=4&status=Pending&search=a+b%26c',
        prev: '/api/tasks?page=1&limit=4&status=Pending&search=a+b%26c',
        last: '/api/tasks?page=1&limit=4&status=Pending&search=a+b%26c',
      });
      expect(await links('?limit=4&page=2')).toEqual({
        first: '/api/tasks?page=1&limit=4',
        prev: '/api/tasks?page=1&limit=4',
        next: '/api/tasks?page=3&limit=4',
        last: '/api/tasks?page=3&limit=4',
      });
      const empty = Object.keys(await links(`?limit=4&page=2&search=${'%F0%9F%A5%9B'.repeat(200)}`));
      expect(empty).toEqual(['first', 'prev', 'last']);
      expect(await links('')).toEqual({ first: '/api/tasks?page=1&limit=50', last: '/api/tasks?page=1&limit=50' });
    });

    it.each([
      ['to first and last', 250, ['prev']],
      ['at all', 700, []],
    ])('sends no Link %s when a search of %i emoji would make it longer than 8 KiB', async (_, length, rels) => {
      expect(Object.keys(await links(`?limit=4&page=2&search=${'%F0%9F%A5%9B'.repeat(length)}`))).toEqual(rels);
    });
  });
});
