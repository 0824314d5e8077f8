import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SignedInContext } from '../../src/core/request-context.js';
import { defineTable } from '../../src/db/table.js';
import { defineList } from '../../src/lists/definition.js';
import { createLists } from '../../src/lists/list.js';
import { openTestDatabase, type TestDatabase } from '../support/databases.js';
import { explain } from '../support/plans.js';

/** A noun of its own: its id is text, and three of its columns hold nulls. */
const noteTable = defineTable('notes', {
  id: { name: 'id', type: 'text', example: 'note_1' },
  author: { name: 'author_id', type: 'text', example: 'ada' },
  dueAt: { name: 'due_at', type: 'timestamp', isNullable: true, example: null },
  label: { name: 'label', type: 'text', isNullable: true, example: null },
  weight: { name: 'weight', type: 'integer', isNullable: true, example: null },
  kind: { name: 'kind', type: 'text', example: 'plain' },
});
const noteList = defineList({
  table: noteTable,
  owner: 'author',
  sorted: {
    dueAt: { ascending: 'Due first', descending: 'Due last' },
    label: { ascending: 'By label', descending: 'By label, descending' },
    weight: { ascending: 'Lightest first', descending: 'Heaviest first' },
    id: { ascending: 'Lowest id first', descending: 'Highest id first' },
  },
  defaultSort: 'due_at',
  filters: ['kind'],
  searched: ['label'],
});

describe('a list with nulls in the column that it is sorted by', () => {
  let opened: TestDatabase;
  let lists: ReturnType<typeof createLists<typeof noteTable.columns, (typeof noteList.sorts)[number], 'kind'>>;
  const context = (userId = 'ada'): SignedInContext => ({
    client: { address: '', userAgent: undefined, requestId: '' },
    idempotencyKey: undefined,
    memo: new Map(),
    viewer: { userId, sessionId: '' },
  });

  beforeAll(async () => {
    opened = await openTestDatabase();
    const { db } = opened;
    await db.query(
      `CREATE TABLE notes (id text PRIMARY KEY, author_id text NOT NULL, due_at timestamptz(3), label text, weight int, kind text NOT NULL)`,
      [],
    );
    for (const column of ['due_at', 'label COLLATE "C"', 'weight'])
      await db.query(`CREATE INDEX ON notes (author_id, ${column}, id COLLATE "C")`, []);
    await db.query(
      `INSERT INTO notes SELECT 'note_' || lpad(n::text, 2, '0'), CASE WHEN n % 4 = 0 THEN 'bob' ELSE 'ada' END,
         CASE WHEN n % 3 > 0 THEN '2025-12-14T10:00:00Z'::timestamptz + (n / 6) * interval '1 day' END,
         CASE WHEN n % 3 > 0 THEN 'label ' || n % 5 END, CASE WHEN n % 3 > 0 THEN n % 4 - 2 END,
         CASE WHEN n % 2 = 0 THEN 'plain' ELSE 'star' END
       FROM generate_series(1, 40) AS n`,
      [],
    );
    lists = createLists(db, noteList);
  });
  afterAll(() => opened.drop());

  const everySort = noteList.sorts;
  const idsInSql = async (sort: string, where = 'TRUE') => {
    const [column, direction] = [sort.replace('-', ''), sort.startsWith('-') ? 'DESC NULLS FIRST' : 'ASC NULLS LAST'];
    const rows = await opened.db.query<{ id: string }>(
      `SELECT id FROM notes WHERE author_id = 'ada' AND ${where} ORDER BY ${column === 'label' ? 'label COLLATE "C"' : column} ${direction}, id COLLATE "C" ${direction}`,
      [],
    );
    return rows.map(({ id }) => id);
  };

  it.each(everySort)(
    'paged by number in the order %s returns each row once, with nulls last in ascending order',
    async (sort) => {
      for (const isCounted of [true, false]) {
        const seen: string[] = [];
        for (let page = 1, hasNext = true; hasNext; page++) {
          const result = await lists.page(context(), { sort, page, limit: 7, isCounted });
          seen.push(...result.data.map(({ id }) => id));
          hasNext = result.hasNext;
        }
        expect(seen).toEqual(await idsInSql(sort));
      }
    },
  );

  describe.each([1, 2, 3, 7, 29, 30, 100])('paged by cursor, %i rows per page,', (count) => {
    it.each(everySort)('returns each row once in the order %s, forward and backward', async (sort) => {
      const all = await idsInSql(sort);
      const forward: string[] = [];
      for (let after: string | undefined, isFirst = true; ; isFirst = false) {
        const page = await lists.connection(context(), { sort, first: count, after });
        forward.push(...page.edges.map(({ node }) => node.id));
        expect(await page.hasPreviousPage()).toBe(!isFirst);
        after = page.edges.at(-1)?.cursor;
        if (!(await page.hasNextPage())) break;
      }
      expect(forward).toEqual(all);
      const backward: string[] = [];
      for (let before: string | undefined, isFirst = true; ; isFirst = false) {
        const page = await lists.connection(context(), { sort, last: count, before });
        backward.unshift(...page.edges.map(({ node }) => node.id));
        expect(await page.hasNextPage()).toBe(!isFirst);
        before = page.edges[0]?.cursor;
        if (!(await page.hasPreviousPage())) break;
      }
      expect(backward).toEqual(all);
    });
  });

  it.each(everySort)('between two cursors in the order %s returns the rows between them, with or without nulls', async (sort) => {
    const all = await lists.connection(context(), { sort, first: 100 });
    const ids = all.edges.map(({ node }) => node.id);
    const places = [0, 9, 10, 15, 19, 20, 29];
    for (const from of places)
      for (const to of places) {
        const [after, before] = [all.edges[from]?.cursor, all.edges[to]?.cursor];
        for (const count of [{ first: 100 }, { last: 100 }]) {
          const page = await lists.connection(context(), { sort, ...count, after, before });
          expect(page.edges.map(({ node }) => node.id)).toEqual(ids.slice(from + 1, to));
        }
      }
  });

  it('keeps its order with a filter, and counts the matches', async () => {
    const page = await lists.connection(context(), { sort: '-due_at', kind: 'star', search: 'LABEL', first: 100 });
    const expected = await idsInSql('-due_at', `kind = 'star' AND label IS NOT NULL`);
    expect(page.edges.map(({ node }) => node.id)).toEqual(expected);
    expect(await page.totalCount()).toBe(expected.length);
  });

  it('rejects a cursor at null from another sort order', async () => {
    const { edges } = await lists.connection(context(), { sort: '-due_at', first: 1 });
    expect(edges[0]?.node.dueAt).toBeNull();
    const after = edges[0]?.cursor;
    await expect(lists.connection(context(), { sort: 'label', after })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    const forged = Buffer.from(JSON.stringify(['id', null, 'note_01'])).toString('base64url');
    await expect(lists.connection(context(), { sort: 'id', after: forged })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  it('contains only the user’s own rows', async () => {
    const { data, total } = await lists.page(context('bob'), { sort: '-label', isCounted: true });
    expect([data.length, total, new Set(data.map(({ author }) => author))]).toEqual([10, 10, new Set(['bob'])]);
  });

  it('reads its index in order for a page after a cursor, for any number of rows', async () => {
    const { db } = opened;
    await db.query(
      `INSERT INTO notes SELECT 'many_' || n, 'eve', CASE WHEN n % 2 = 0 THEN now() + n * interval '1 s' END, NULL, NULL, 'plain'
       FROM generate_series(1, 20000) AS n`,
      [],
    );
    await db.query('ANALYZE notes', []);
    const far = await lists.connection(context('eve'), { sort: 'due_at', last: 1 });
    const { edges } = await lists.connection(context('eve'), { sort: 'due_at', first: 50 });
    for (const after of [edges.at(-1)?.cursor, far.edges[0]?.cursor]) {
      const statements: { text: string; values: unknown[] }[] = [];
      const { query } = db;
      Object.assign(db, {
        query: (text: string, values: unknown[]) => {
          statements.push({ text, values });
          return query(text, values);
        },
      });
      await lists.connection(context('eve'), { sort: 'due_at', first: 20, after });
      Object.assign(db, { query });
      const plan = statements[0] ? await explain(db, statements[0]) : [];
      const scans = plan.filter((node) => node['Relation Name'] === 'notes');
      expect(scans.length).toBeGreaterThan(0);
      for (const scan of scans) {
        expect(scan['Node Type']).toMatch(/^Index (Only )?Scan$/);
        expect(scan).not.toHaveProperty('Filter');
      }
    }
  });
});
