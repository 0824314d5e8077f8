import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { insertTasks, insertUsers, inventUsers } from '../../prisma/seed-rows.js';
import type { SignedInContext } from '../../src/core/request-context.js';
import { createLists, type Lists } from '../../src/lists/list.js';
import type { TaskRow } from '../../src/tasks/columns.js';
import { taskList } from '../../src/tasks/lists.js';
import { taskStatuses } from '../../src/tasks/rules.js';
import { createTaskStore } from '../../src/tasks/store.js';
import { newPerson, openTestApp, type Person, type TestApp } from '../support/app.js';
import { explain, type PlanNode, recordStatements, type Statement } from '../support/plans.js';
import { type Arguments, type Operation, styles } from '../support/styles.js';

describe('the query plans', () => {
  let app: TestApp;
  let viewer: Person;
  let stranger: string;
  type TaskLists = Lists<TaskRow, (typeof taskSorts)[number], 'status'>;
  type TaskFilter = Partial<Parameters<TaskLists['page']>[1]>;
  const taskSorts = taskList.sorts;
  let lists: TaskLists;

  beforeAll(async () => {
    app = await openTestApp({}, 'postgresql');
    viewer = await newPerson(app);
    lists = createLists(app.db, taskList);
    const others = inventUsers(99);
    stranger = others[0]?.id ?? '';
    await insertUsers(app.db, others, '');
    const owners = [viewer.id, ...others.map(({ id }) => id)];
    for (let from = 0; from < 100_000; from += 5_000) await insertTasks(app.db, owners, from, from + 5_000);
    await app.db.query('ANALYZE tasks', []);
  }, 60_000);
  afterAll(() => app.close());

  const scansAll = (nodes: readonly PlanNode[]) =>
    nodes.some((node) => node['Relation Name'] === 'tasks' && node['Node Type'].endsWith('Seq Scan'));

  async function thatScanAll(statements: readonly Statement[]): Promise<string[]> {
    const slow: string[] = [];
    for (const statement of statements) if (scansAll(await explain(app.db, statement))) slow.push(statement.text);
    return slow;
  }

  const filters: TaskFilter[] = [{}, { status: 'Pending' }, { search: 'budget' }, { status: 'Completed', search: 'budget' }];
  const everyList = filters.flatMap((filter) => taskSorts.map((sort): TaskFilter => ({ ...filter, sort })));

  /** Slices from both ends, up to a cursor, from one, and between two, with all that can be asked of them. */
  async function readSlices(filter: TaskFilter): Promise<void> {
    const { edges } = await lists.connection(asViewer(), filter);
    const [after, before] = [edges[3]?.cursor, edges[9]?.cursor];
    const slices = [{ first: 5 }, { last: 5 }, { first: 5, after }, { first: 5, before }, { first: 5, after, before }];
    for (const slice of [...slices, { last: 5, after }, { last: 5, before }, { last: 5, after, before }]) {
      const connection = await lists.connection(asViewer(), { ...filter, ...slice });
      await Promise.all([connection.totalCount(), connection.hasNextPage(), connection.hasPreviousPage()]);
    }
  }

  const asViewer = (): SignedInContext => ({
    client: { address: '', userAgent: undefined, requestId: '' },
    idempotencyKey: undefined,
    memo: new Map(),
    viewer: { userId: viewer.id, sessionId: '' },
  });

  describe('on 100,000 tasks', () => {
    test('of a page by number contain no full scan, for every filter and order, at every depth', async () => {
      const statements = await recordStatements(async () => {
        for (const list of everyList)
          for (const page of [1, 5])
            for (const counted of [true, false]) await lists.page(asViewer(), { ...list, page, isCounted: counted });
      });
      expect(statements).toHaveLength(everyList.length * 2);
      expect(await thatScanAll(statements)).toEqual([]);
    });

    test('of reads shared by concurrent requests contain no full scan', async () => {
      const store = createTaskStore(app.db);
      const context = asViewer();
      const key = { limit: 20 };
      const statements = await recordStatements(() =>
        Promise.all([
          ...taskSorts.flatMap((sort) =>
            [true, false].flatMap((isCounted) => [1, 5].map((page) => lists.page(context, { ...key, page, sort, isCounted }))),
          ),
          store.find({ userId: viewer.id, id: 1 }),
          store.find({ userId: viewer.id, id: 2 }),
        ]),
      );
      expect(statements.map(({ text }) => text.includes('unnest'))).toEqual(Array(taskSorts.length * 2 + 1).fill(true));
      expect(await thatScanAll(statements)).toEqual([]);
    });

    test('of a connection contain no full scan, for every filter, order and window', async () => {
      const statements = await recordStatements(async () => {
        for (const list of everyList) await readSlices(list);
      });
      expect(statements.length).toBeGreaterThan(everyList.length * 5);
      expect(await thatScanAll(statements)).toEqual([]);
    });

    test('of the operations on one task and on an account contain no full scan, over GraphQL and REST', async () => {
      const [foreign] = await app.db.query<{ id: number }>('SELECT id FROM tasks WHERE user_id = $1 LIMIT 1', [stranger]);
      const statements = await recordStatements(async () => {
        for (const { call } of styles) {
          const person = await newPerson(app);
          const answer = (operation: Operation, args: Arguments) => call(app.fetch, operation, args, person.token);
          const { value } = await answer('createTask', { input: { title: 'Look', description: null } });
          const { id } = value as { id: number };
          const changes = { input: { title: 'Look again', description: 'Twice', status: 'Completed' } };
          for (const which of [{ id }, foreign, { id: 2_000_000_000 }]) {
            await answer('task', { ...which });
            await answer('updateTask', { ...which, ...changes });
            await answer('updateTask', { ...which, input: {} });
            await answer('toggleTask', { ...which });
            await answer('deleteTask', { ...which });
          }
          await answer('me', {});
          expect(await answer('deleteMe', { input: { password: person.password } })).toMatchObject({ value: true });
        }
      });
      const kinds = ['INSERT', 'SELECT', 'UPDATE', 'DELETE', 'ANY($1::int[])'];
      expect(kinds.filter((kind) => !statements.some(({ text }) => text.includes(kind)))).toEqual([]);
      // What PostgreSQL runs by itself for the foreign key, when an account goes.
      const cascade = { text: 'DELETE FROM ONLY tasks WHERE $1 = user_id', values: [viewer.id] };
      expect(await thatScanAll([...statements, cascade])).toEqual([]);
    });

    test('run with a statement timeout of five seconds', async () => {
      expect(await app.db.query('SHOW statement_timeout', [])).toEqual([{ statement_timeout: '5s' }]);
    });

    test('with a full scan are detected by this test', async () => {
      expect(await thatScanAll([{ text: 'SELECT id FROM tasks WHERE title = $1', values: ['x'] }])).toHaveLength(1);
    });

    /** Every order, and by time also the tasks of one status, however few they are. */
    const indexed: TaskFilter[] = [
      ...taskSorts.map((sort) => ({ sort })),
      ...taskStatuses.flatMap((status) => [{ status }, { status, sort: 'created_at' as const }]),
    ];

    test('of a page without a total read the index in order for at most one extra row, and count nothing', async () => {
      for (const list of indexed) {
        const args = { ...list, page: 3, limit: 20 };
        const [page] = await recordStatements(() => lists.page(asViewer(), { ...args, isCounted: false }));
        const nodes = page ? await explain(app.db, page) : [];
        const steps = nodes.map((node) => node['Node Type']).filter((type) => type !== 'Nested Loop' && type !== 'Result');
        // The aggregate makes one JSON value of the page's rows.
        expect(steps).toEqual(['Aggregate', 'Limit', 'Index Scan']);
        expect(page?.text).not.toContain('count(');
        expect(nodes.at(-1)).not.toHaveProperty('Filter');
        expect(page?.values).toContain(21);
      }
    });

    test('of a connection read the index in order and only the returned rows, at every depth', async () => {
      for (const list of indexed) {
        const { edges } = await lists.connection(asViewer(), { ...list, first: 100 });
        const after = edges.at(-1)?.cursor;
        const [slice] = await recordStatements(() => lists.connection(asViewer(), { ...list, first: 20, after }));
        const nodes = slice ? await explain(app.db, slice) : [];
        const condition = list.status ? /user_id.*status/ : /user_id/;
        // No Sort, and no Filter that would read more than it answers.
        expect(nodes).toEqual([
          expect.objectContaining({ 'Node Type': 'Limit' }),
          expect.objectContaining({ 'Node Type': 'Index Scan', 'Index Cond': expect.stringMatching(condition) }),
        ]);
        expect(nodes[1]).not.toHaveProperty('Filter');
      }
    });
  });
});
