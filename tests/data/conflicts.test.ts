import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newPerson, openTestApp, type TestApp } from '../support/app.js';
import { restStyle } from '../support/styles.js';

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp({}, 'postgresql');
});
afterAll(() => app.close());

async function twoTasks(): Promise<[number, number]> {
  const { token } = await newPerson(app);
  const create = async () => {
    const { value } = await restStyle.call(app.fetch, 'createTask', { input: { title: 'x' } }, token);
    return (value as { id: number }).id;
  };
  return [await create(), await create()];
}

/** Resolves for all when as many have arrived. */
function barrier(count: number): () => Promise<void> {
  let arrived = 0;
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return () => {
    arrived++;
    if (arrived >= count) open();
    return opened;
  };
}

describe('transactions that conflict', () => {
  it('run again after a deadlock, and each is applied once', async () => {
    const [one, other] = await twoTasks();
    const meet = barrier(2);
    let runs = 0;
    const touch = (ids: number[]) =>
      app.db.transaction(async ({ query }) => {
        runs++;
        for (const id of ids) {
          await query('UPDATE tasks SET title = title || $2 WHERE id = $1::int', [id, '+']);
          await meet();
        }
      });
    await Promise.all([touch([one, other]), touch([other, one])]);
    expect(runs).toBe(3);
    const rows = await app.db.query<{ title: string }>('SELECT title FROM tasks WHERE id = ANY($1::int[])', [[one, other]]);
    expect(rows.map(({ title }) => title)).toEqual(['x++', 'x++']);
  });

  it('run again after a serialization failure', async () => {
    const [id] = await twoTasks();
    let runs = 0;
    await app.db.transaction(async ({ query }) => {
      runs++;
      await query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ', []);
      await query('SELECT title FROM tasks WHERE id = $1::int', [id]);
      if (runs === 1) await app.db.query("UPDATE tasks SET title = 'other' WHERE id = $1::int", [id]);
      await query("UPDATE tasks SET title = title || '!' WHERE id = $1::int", [id]);
    });
    expect(runs).toBe(2);
    const [row] = await app.db.query<{ title: string }>('SELECT title FROM tasks WHERE id = $1::int', [id]);
    expect(row?.title).toBe('other!');
  });

  it('fail with SERVICE_UNAVAILABLE when they conflict three times', async () => {
    let runs = 0;
    const attempt = app.db.transaction(async ({ query }) => {
      runs++;
      await query("DO $$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = '40001'; END $$", []);
    });
    await expect(attempt).rejects.toThrow();
    expect(runs).toBe(3);
  });
});
