import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newPerson, openTestApp, type Person, type TestApp } from '../support/app.js';
import { countStatements } from '../support/statements.js';
import { styles } from '../support/styles.js';

describe('behaviour/concurrency', () => {
  interface Task {
    readonly id: number;
    readonly user_id: string;
  }
  interface Page {
    readonly data: Task[];
    readonly total: number;
  }

  const people: (Person & { tasks: number[] })[] = [];
  let app: TestApp;
  beforeAll(async () => {
    app = await openTestApp();
    for (let n = 0; n < 8; n++) {
      const person = await newPerson(app);
      const rows = await app.db.query<{ id: number }>(
        `INSERT INTO tasks (user_id, title) SELECT $1, 'of person ' || $2::int || ', task ' || i FROM generate_series(1, 10 + $2::int) AS i RETURNING id`,
        [person.id, n],
      );
      people.push({ ...person, tasks: rows.map(({ id }) => id).sort((a, b) => b - a) });
    }
  });
  afterAll(() => app.close());

  const sorts = ['-id', 'id', 'title'];
  const anyOf = <T>(items: readonly T[], n: number): T => items[n % items.length] as T;

  describe.each(styles)('while many people read at once over $name', (style) => {
    it('each gets their own pages, with their own totals, and nobody’s else', async () => {
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

    it('each gets their own task, FORBIDDEN for another’s and NOT_FOUND for none', async () => {
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

    it('they share statements', async () => {
      await Promise.all(people.map(({ token }) => style.call(app.fetch, 'me', {}, token)));
      const read = (_: unknown, n: number) => style.call(app.fetch, 'tasks', { limit: 5 }, anyOf(people, n).token);
      expect(await countStatements(() => Promise.all(Array.from({ length: 100 }, read)))).toBeLessThan(50);
    });
  });
});
