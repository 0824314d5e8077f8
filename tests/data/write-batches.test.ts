import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { Database } from '../../src/db/database.js';
import { isForeignKeyViolation } from '../../src/db/faults.js';
import { openPostgres } from '../../src/db/postgres/open-postgres.js';
import { createTaskStore, type TaskStore } from '../../src/tasks/store.js';
import { openTestDatabase, type TestDatabase } from '../support/databases.js';

describe('a batch of writes', () => {
  let opened: TestDatabase;
  let db: Database;
  let writes: TaskStore;
  beforeEach(async () => {
    opened = await openTestDatabase();
    db = opened.db;
    writes = createTaskStore(db);
    await db.query(`INSERT INTO users (id, email) VALUES ('ada', 'ada@example.com'), ('bob', 'bob@example.com')`, []);
  });
  afterEach(() => opened.drop());

  const makeAll = (people: readonly string[]) =>
    Promise.allSettled(people.map((userId, n) => writes.insert(db, { userId, title: `${userId} ${n}` })));
  const titles = async () =>
    (await db.query<{ title: string }>('SELECT title FROM tasks ORDER BY id', [])).map(({ title }) => title);

  it('with a deleted account inserts every other user’s task', async () => {
    const settled = await makeAll(['ada', 'nobody', 'bob']);
    expect(settled.map((each) => (each.status === 'rejected' ? isForeignKeyViolation(each.reason) : each.value.title))).toEqual([
      'ada 0',
      true,
      'bob 2',
    ]);
    expect((await titles()).sort()).toEqual(['ada 0', 'bob 2']);
  });

  it('whose response was lost does not insert the tasks again', async () => {
    const { query } = db;
    const lost = new Error('Connection terminated unexpectedly');
    Object.assign(db, {
      query: async (text: string, values: readonly unknown[]) => {
        await query(text, values);
        throw lost;
      },
    });
    expect(await makeAll(['ada', 'bob'])).toEqual([1, 2].map(() => ({ status: 'rejected', reason: lost })));
    Object.assign(db, { query });
    expect(await titles()).toEqual(['ada 0', 'bob 1']);
  });

  it('does not collect a write inside a transaction, which stays part of the transaction', async () => {
    const undo = new Error('undo');
    await expect(
      db.transaction(async (queries) => {
        await writes.insert(queries, { userId: 'ada', title: 'x' });
        throw undo;
      }),
    ).rejects.toBe(undo);
    expect(await titles()).toEqual([]);
  });

  it('that toggles the same tasks in two processes, in different orders, never causes a deadlock', async () => {
    const ids = (await Promise.all(Array.from({ length: 40 }, () => writes.insert(db, { userId: 'ada', title: 'x' })))).map(
      ({ id }) => id,
    );
    // Among many the rows are found by their ids, one after the other; a short table is read from its beginning.
    await db.query(`INSERT INTO tasks (user_id, title) SELECT 'bob', 'x' FROM generate_series(1, 20000)`, []);
    await db.query('ANALYZE tasks', []);
    const other = await openPostgres({ url: opened.url, poolSize: 5 }, pino({ level: 'silent' }));
    const elsewhere = createTaskStore(other);
    const failures: unknown[] = [];
    for (const each of [db, other]) {
      const { query } = each;
      const noted: typeof query = async (text, values) => {
        try {
          return await query(text, values);
        } catch (error) {
          failures.push(error);
          throw error;
        }
      };
      Object.assign(each, { query: noted });
    }
    try {
      for (let round = 0; round < 20; round++) {
        const toggled = await Promise.all([
          ...ids.map((id) => writes.toggle(db, { id, userId: 'ada' })),
          ...ids.toReversed().map((id) => elsewhere.toggle(other, { id, userId: 'ada' })),
        ]);
        expect(toggled).not.toContain(undefined);
      }
      expect(failures).toEqual([]);
      expect(await db.query('SELECT DISTINCT version, status FROM tasks WHERE user_id = $1', ['ada'])).toEqual([
        { version: 41, status: 'Pending' },
      ]);
    } finally {
      await other.close();
    }
  });
});
