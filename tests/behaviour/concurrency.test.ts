import { beforeAll, describe, expect, it } from '@jest/globals';
import { newPerson, type Person, sharedApp } from '../support/app.js';
import { countStatements } from '../support/statements.js';
import { styles } from '../support/styles.js';

const app = await sharedApp();

describe('concurrent requests of several users', () => {
  interface Task {
    readonly id: number;
    readonly user_id: string;
    readonly title: string;
    readonly description: string | null;
    readonly status: string;
  }
  interface Row {
    readonly id: number;
    readonly status: string;
    readonly version: number;
  }
  interface Page {
    readonly data: Task[];
    readonly total: number;
  }

  const people: (Person & { tasks: number[] })[] = [];
  beforeAll(async () => {
    for (let n = 0; n < 8; n++) {
      const person = await newPerson(app);
      const rows = await app.db.query<{ id: number }>(
        `INSERT INTO tasks (user_id, title) SELECT $1, 'of person ' || $2::int || ', task ' || i FROM generate_series(1, 10 + $2::int) AS i RETURNING id`,
        [person.id, n],
      );
      people.push({ ...person, tasks: rows.map(({ id }) => id).sort((a, b) => b - a) });
    }
  });

  const sorts = ['-id', 'id', 'title'];
  const anyOf = <T>(items: readonly T[], n: number): T => items[n % items.length] as T;

  describe.each(styles)('that read over $name', (style) => {
    it('return each user’s own pages with their own totals', async () => {
      const reads = Array.from({ length: 240 }, async (_, n) => {
        const person = anyOf(people, n);
        const args = { sort: anyOf(sorts, n >> 3), limit: 1 + (n % 30), page: 1 + (n % 3) };
        const { value } = await style.call(app.fetch, 'tasks', args, person.token);
        const { data, total } = value as Page;
        expect(total).toBe(person.tasks.length);
        expect(data.every((task) => task.user_id === person.id)).toBe(true);
        const from = (args.page - 1) * args.limit;
        if (args.sort === '-id') expect(data.map(({ id }) => id)).toEqual(person.tasks.slice(from, from + args.limit));
      });
      await Promise.all(reads);
    });

    it('return each user’s own task, FORBIDDEN for another user’s task and NOT_FOUND for a missing one', async () => {
      const reads = Array.from({ length: 240 }, async (_, n) => {
        const person = anyOf(people, n);
        const own = anyOf(person.tasks, n >> 3);
        const others = anyOf(anyOf(people, n + 1).tasks, n >> 3);
        expect((await style.call(app.fetch, 'task', { id: own }, person.token)).value).toMatchObject({
          id: own,
          user_id: person.id,
        });
        expect(await style.call(app.fetch, 'task', { id: others }, person.token)).toMatchObject({ code: 'FORBIDDEN' });
        expect(await style.call(app.fetch, 'task', { id: 2147483647 }, person.token)).toMatchObject({ code: 'NOT_FOUND' });
      });
      await Promise.all(reads);
    });

    it('share statements', async () => {
      await Promise.all(people.map(({ token }) => style.call(app.fetch, 'me', {}, token)));
      const read = (_: unknown, n: number) => style.call(app.fetch, 'tasks', { limit: 5 }, anyOf(people, n).token);
      expect(await countStatements(() => Promise.all(Array.from({ length: 100 }, read)))).toBeLessThan(50);
    });
  });

  describe.each(styles)('that write over $name', (style) => {
    it('return to each user the task that this user created, and no other user can see it', async () => {
      const makers = [await newPerson(app), await newPerson(app), await newPerson(app)];
      const texts = Array.from({ length: 90 }, (_, n) => ({
        title: `{"${n}",NULL} ’\\`,
        description: n % 3 ? `of ${n}, "so"` : null,
      }));
      const made = await Promise.all(
        texts.map(
          async (input, n) => (await style.call(app.fetch, 'createTask', { input }, anyOf(makers, n).token)).value as Task,
        ),
      );
      made.forEach((task, n) => {
        expect(task).toMatchObject({ ...texts[n], user_id: anyOf(makers, n).id });
      });
      for (const [n, { token }] of makers.entries()) {
        const { data } = (await style.call(app.fetch, 'tasks', { limit: 100, sort: 'id' }, token)).value as Page;
        const own = made.filter((_, index) => index % makers.length === n);
        expect(data).toEqual(own.sort((a, b) => a.id - b.id));
      }
    });

    it('toggle each user’s own tasks, and return FORBIDDEN for another user’s task and NOT_FOUND for a missing one', async () => {
      const before = await app.db.query<Row>('SELECT id, status, version FROM tasks', []);
      const toggled: number[] = [];
      const toggle = (id: number, n: number) => style.call(app.fetch, 'toggleTask', { id }, anyOf(people, n).token);
      const writes = Array.from({ length: 80 }, async (_, n) => {
        const own = anyOf(anyOf(people, n).tasks, n >> 3);
        const others = anyOf(anyOf(people, n + 1).tasks, n >> 3);
        toggled.push(own);
        expect((await toggle(own, n)).value).toMatchObject({ id: own, user_id: anyOf(people, n).id });
        expect(await toggle(others, n)).toMatchObject({ code: 'FORBIDDEN' });
        expect(await toggle(2147483647, n)).toMatchObject({ code: 'NOT_FOUND' });
      });
      await Promise.all(writes);
      for (const { id, status, version } of await app.db.query<Row>('SELECT id, status, version FROM tasks', [])) {
        const [was, times] = [before.find((task) => task.id === id), toggled.filter((own) => own === id).length];
        expect({ id, version }).toEqual({ id, version: Number(was?.version) + times });
        expect(status === was?.status).toBe(times % 2 === 0);
      }
    });

    it('toggle one task seven times without a lost update', async () => {
      const { token } = await newPerson(app);
      const { id } = (await style.call(app.fetch, 'createTask', { input: { title: 'x' } }, token)).value as Task;
      const toggle = async () => (await style.call(app.fetch, 'toggleTask', { id }, token)).value as Task;
      const seen = await Promise.all(Array.from({ length: 7 }, toggle));
      expect(seen.map(({ status }) => status).sort()).toEqual([...Array(4).fill('Completed'), ...Array(3).fill('Pending')]);
      const now = await app.db.query('SELECT version, status FROM tasks WHERE id = $1', [id]);
      expect(now).toEqual([{ version: 8, status: 'Completed' }]);
    });

    it('share statements', async () => {
      await Promise.all(people.map(({ token }) => style.call(app.fetch, 'me', {}, token)));
      const create = (_: unknown, n: number) =>
        style.call(app.fetch, 'createTask', { input: { title: 'x' } }, anyOf(people, n).token);
      const toggle = ({ token, tasks }: (typeof people)[number]) => style.call(app.fetch, 'toggleTask', { id: tasks[0] }, token);
      expect(await countStatements(() => Promise.all(Array.from({ length: 60 }, create)))).toBeLessThan(30);
      expect(await countStatements(() => Promise.all(people.map(toggle)))).toBeLessThan(people.length);
    });
  });
});
