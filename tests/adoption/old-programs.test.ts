import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createLegacyDatabase, type LegacyDatabase, legacyRows, legacyTables } from '../support/legacy.js';

let database: LegacyDatabase;
let old: pg.Client;
beforeAll(async () => {
  database = await createLegacyDatabase(legacyTables + legacyRows);
  await database.adopt({ isApplied: true });
  old = new pg.Client({ connectionString: database.url, options: '-c TimeZone=UTC' });
  await old.connect();
});
afterAll(async () => {
  await old.end();
  await database.drop();
});

/** As SQLAlchemy writes: each column by its name, times without a zone. */
const insertTask = `INSERT INTO tasks (user_id, title, description, status, created_at, updated_at)
  VALUES ($1, $2, $3, $4, $5::timestamp, $6::timestamp) RETURNING tasks.id`;
const readTask = `SELECT tasks.id, tasks.user_id, tasks.title, tasks.description, tasks.status, tasks.created_at, tasks.updated_at
  FROM tasks WHERE tasks.id = $1`;

describe('after adoption the SQL of the old programs', () => {
  it('reads every old column by its name', async () => {
    expect((await old.query(readTask, [1])).rows).toEqual([
      {
        id: 1,
        user_id: 'user_1',
        title: 'Buy groceries',
        description: 'Milk, eggs, bread',
        status: 'Pending',
        created_at: new Date('2025-12-14T10:00:00Z'),
        updated_at: new Date('2025-12-14T11:00:00Z'),
      },
    ]);
    expect((await old.query(`SELECT id, email, name, created_at, updated_at FROM users WHERE id = 'user_2'`)).rows).toEqual([
      {
        id: 'user_2',
        email: 'bob@example.com',
        name: null,
        created_at: new Date('2025-07-01T00:30:00Z'),
        updated_at: new Date('2025-07-01T00:30:00Z'),
      },
    ]);
  });

  it('inserts a task without a version, with times in UTC without a zone', async () => {
    const values = ['user_1', 'Old', null, 'Completed', '2026-01-02 03:04:05', '2026-01-02T03:04:05.678'];
    const [{ id }] = (await old.query(insertTask, values)).rows;
    expect((await database.sql('SELECT * FROM tasks WHERE id = $1', [id]))[0]).toMatchObject({
      status: 'Completed',
      created_at: new Date('2026-01-02T03:04:05Z'),
      updated_at: new Date('2026-01-02T03:04:05.678Z'),
      version: 1,
    });
  });

  it('inserts a task with NULL for its status and times', async () => {
    const [{ id }] = (await old.query(insertTask, ['user_1', 'Old', null, null, null, null])).rows;
    const [task] = await database.sql<{ status: string; created_at: Date; updated_at: Date }>(
      'SELECT * FROM tasks WHERE id = $1',
      [id],
    );
    expect(task?.status).toBe('Pending');
    expect(Date.now() - Number(task?.created_at)).toBeLessThan(60_000);
    expect(task?.updated_at).toEqual(task?.created_at);
  });

  it('inserts by default, and gets ids that follow', async () => {
    const ids = [];
    for (const title of ['a', 'b'])
      ids.push((await old.query(`INSERT INTO tasks (user_id, title) VALUES ('user_1', $1) RETURNING id`, [title])).rows[0].id);
    expect(ids[1]).toBe(ids[0] + 1);
  });

  it('inserts a user whose email is as it was typed, and finds it in lower case', async () => {
    const insert = `INSERT INTO users (id, email, name, created_at, updated_at) VALUES ($1, $2, $3, $4::timestamp, $4::timestamp)`;
    await old.query(insert, ['user_9', 'Grace@Example.com', null, '2026-01-02 03:04:05']);
    expect((await old.query(`SELECT id, created_at FROM users WHERE email = 'grace@example.com'`)).rows).toEqual([
      { id: 'user_9', created_at: new Date('2026-01-02T03:04:05Z') },
    ]);
  });

  it('updates a task and its updated_at, counts the change, and sets the status to NULL', async () => {
    const update = 'UPDATE tasks SET title = $1, status = $2, updated_at = $3::timestamp WHERE tasks.id = 2';
    await old.query(update, ['Renamed', null, '2026-01-02 03:04:05']);
    const [task] = await database.sql<{ title: string; status: string; version: number; updated_at: Date }>(
      'SELECT * FROM tasks WHERE id = 2',
    );
    expect(task).toMatchObject({ title: 'Renamed', status: 'Pending', version: 2 });
    // The database keeps it, whoever writes.
    expect(Date.now() - Number(task?.updated_at)).toBeLessThan(60_000);
  });

  it('deletes a task, and a user with the tasks first', async () => {
    await old.query('DELETE FROM tasks WHERE tasks.id = 3');
    await old.query(`DELETE FROM tasks WHERE user_id = 'user_2'`);
    expect((await old.query(`DELETE FROM users WHERE id = 'user_2'`)).rowCount).toBe(1);
  });

  it('still runs when the triggers for old programs are dropped, as the guide says, if it fills every column', async () => {
    await database.sql('DROP FUNCTION fill_legacy_user, fill_legacy_task CASCADE');
    const values = ['user_1', 'Later', null, 'Pending', '2026-01-02 03:04:05', '2026-01-02 03:04:05'];
    expect((await old.query(insertTask, values)).rowCount).toBe(1);
    await expect(old.query(insertTask, ['user_1', 'Later', null, null, null, null])).rejects.toThrow('null value');
  });
});
