import { beforeAll, describe, expect, it } from '@jest/globals';
import { newPerson, sharedApp } from '../support/app.js';
import { query } from '../support/graphql.js';
import { countStatements } from '../support/statements.js';
import { restStyle } from '../support/styles.js';

const app = await sharedApp();
const [ada, bob] = [await newPerson(app), await newPerson(app)];

describe('a connection', () => {
  interface Connection {
    totalCount: number;
    edges: { cursor: string; node: { id: string; title: string } }[];
    pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
  }

  beforeAll(async () => {
    const many = `INSERT INTO tasks (user_id, title, status, created_at)
    SELECT $1, 'task ' || n % 5, CASE n % 2 WHEN 0 THEN 'Pending' ELSE 'Completed' END, '2025-12-14T10:00:00Z'::timestamptz + (n / 4) * interval '1 second'
    FROM generate_series(1, 23) AS n`;
    await app.db.query(many, [ada.id]);
    await app.db.query(many, [bob.id]);
  });

  const fields =
    '{ totalCount edges { cursor node { id title } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }';
  const read = (args: string, person = ada) =>
    query(app.fetch, `{ tasksConnection${args && `(${args})`} ${fields} }`, person.token);
  const connection = async (args: string, person = ada) => (await read(args, person)).data?.tasksConnection as Connection;
  const newTask = async (title: string) => (await restStyle.call(app.fetch, 'createTask', { input: { title } }, ada.token)).value;
  const ids = ({ edges }: Connection) => edges.map(({ node }) => Number(node.id));

  const orders = ['CREATED_AT', 'UPDATED_AT', 'TITLE', 'ID'].flatMap((column) => [`${column}_ASC`, `${column}_DESC`]);

  describe('in tasksConnection', () => {
    it('returns 20 edges by default, and hasNextPage when more follow', async () => {
      const answer = await connection('');
      expect(answer.edges).toHaveLength(20);
      expect(answer.totalCount).toBe(23);
      expect(answer.pageInfo).toEqual({
        hasNextPage: true,
        hasPreviousPage: false,
        startCursor: answer.edges[0]?.cursor,
        endCursor: answer.edges[19]?.cursor,
      });
    });

    it.each(orders)('pages forward and backward in the order %s and returns each task once', async (sort) => {
      const all = ids(await connection(`first: 100, sort: ${sort}`));
      expect(new Set(all).size).toBe(23);
      const forward: number[] = [];
      for (let after: string | null = null; ; ) {
        const page = await connection(`first: 7, sort: ${sort}${after === null ? '' : `, after: "${after}"`}`);
        forward.push(...ids(page));
        expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
        after = page.pageInfo.endCursor;
        if (!page.pageInfo.hasNextPage) break;
      }
      expect(forward).toEqual(all);
      const backward: number[] = [];
      for (let before: string | null = null; ; ) {
        const page = await connection(`last: 7, sort: ${sort}${before === null ? '' : `, before: "${before}"`}`);
        backward.unshift(...ids(page));
        expect(page.pageInfo.hasNextPage).toBe(before !== null);
        before = page.pageInfo.startCursor;
        if (!page.pageInfo.hasPreviousPage) break;
      }
      expect(backward).toEqual(all);
    });

    it('continues from a cursor whose task was deleted', async () => {
      const { id } = (await newTask('short-lived')) as { id: number };
      const [edge] = (await connection('first: 1')).edges;
      expect(edge?.node.id).toBe(String(id));
      await query(app.fetch, `mutation { deleteTask(id: ${id}) }`, ada.token);
      expect((await connection(`first: 5, after: "${edge?.cursor}"`)).edges).toHaveLength(5);
    });

    it('returns the tasks between two cursors', async () => {
      const all = await connection('first: 100');
      const [from, to] = [all.edges[3]?.cursor, all.edges[8]?.cursor];
      const between = await connection(`first: 100, after: "${from}", before: "${to}"`);
      expect(ids(between)).toEqual(ids(all).slice(4, 8));
      expect(between.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true });
    });

    it('filters by status and search, and counts the matches', async () => {
      const answer = await connection('status: PENDING, search: "TASK 3", first: 1');
      expect(answer.totalCount).toBe(2);
      expect(answer.edges).toHaveLength(1);
      expect(answer.pageInfo.hasNextPage).toBe(true);
    });

    it('returns only the caller’s tasks, even with another user’s cursor', async () => {
      const cursor = (await connection('first: 100', bob)).edges[5]?.cursor;
      const own = new Set(ids(await connection('first: 100')));
      for (const id of ids(await connection(`first: 100, after: "${cursor}"`))) expect(own.has(id)).toBe(true);
    });

    it('returns null cursors when it is empty', async () => {
      const answer = await connection('search: "nothing like this"');
      expect(answer).toEqual({
        totalCount: 0,
        edges: [],
        pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
      });
    });

    const cursorOf = (place: unknown) => Buffer.from(JSON.stringify(place)).toString('base64url');
    it.each([
      'first: 0',
      'first: 101',
      'last: 101',
      'last: -1',
      'first: 1, last: 1',
      'after: "junk"',
      'after: ""',
      `after: "${cursorOf(['title', 'x', 1])}"`,
      `after: "${cursorOf(['created_at', '2025-13-99T99:99:99.999Z', 1])}"`,
      `after: "${cursorOf(['created_at', '2025-02-30T00:00:00.000Z', 1])}"`,
      `before: "${cursorOf(['created_at', '2025-04-31T00:00:00.000Z', 1])}"`,
      `sort: UPDATED_AT_ASC, after: "${cursorOf(['updated_at', '2025-02-29T00:00:00.000Z', 1])}"`,
      `sort: UPDATED_AT_DESC, before: "${cursorOf(['updated_at', '0000-01-01T00:00:00.000Z', 1])}"`,
      `after: "${cursorOf(['created_at', '+010000-01-01T00:00:00.000Z', 1])}"`,
      `after: "${cursorOf(['created_at', "'; DROP TABLE tasks; --", 1])}"`,
      `after: "${cursorOf(['created_at', '2025-12-14T10:00:00.000Z', 2147483648])}"`,
      `before: "${cursorOf({ id: 1 })}"`,
      `sort: TITLE_ASC, before: "${cursorOf(['title', 'a\0b', 1])}"`,
    ])('rejects (%s) with BAD_REQUEST', async (args) => {
      const { errors } = await read(args);
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_REQUEST' });
    });

    it.each(['0001-01-01T00:00:00.000Z', '2024-02-29T23:59:59.999Z', '9999-12-31T23:59:59.999Z'])(
      'accepts a cursor at %s, which PostgreSQL can compare',
      async (moment) => {
        expect(await read(`after: "${cursorOf(['created_at', moment, 1])}"`)).not.toHaveProperty('errors');
      },
    );
  });

  describe('in User.tasks and Task.owner', () => {
    it('leads from a user to the user’s tasks and back', async () => {
      const { data } = await query(
        app.fetch,
        '{ me { id tasks(first: 2) { edges { node { owner { id email tasks(first: 1) { totalCount } } } } } } }',
        ada.token,
      );
      const owner = { id: ada.id, email: ada.email, tasks: { totalCount: 23 } };
      expect(data).toEqual({ me: { id: ada.id, tasks: { edges: [{ node: { owner } }, { node: { owner } }] } } });
    });

    it('fails alone when its arguments are out of range: the rest of the user is returned', async () => {
      const { data, errors } = await query(app.fetch, '{ me { id tasks(first: 101) { totalCount } } }', ada.token);
      expect(data).toEqual({ me: { id: ada.id, tasks: null } });
      expect(errors).toMatchObject([{ path: ['me', 'tasks'], extensions: { code: 'BAD_REQUEST' } }]);
    });

    it('costs a constant number of statements for any number of tasks', async () => {
      const few = await statementsOf('{ tasks(limit: 2) { data { owner { id tasks(first: 1) { edges { node { id } } } } } } }');
      const many = await statementsOf('{ tasks(limit: 20) { data { owner { id tasks(first: 1) { edges { node { id } } } } } } }');
      expect(many).toEqual(few);
      expect(few).toBeLessThanOrEqual(3);
    });
  });

  /** How many statements a query takes once the session is known. */
  async function statementsOf(document: string): Promise<number> {
    await query(app.fetch, '{ me { id } }', ada.token);
    return countStatements(() => query(app.fetch, document, ada.token));
  }
});
