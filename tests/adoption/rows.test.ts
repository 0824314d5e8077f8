import { afterEach, describe, expect, it } from '@jest/globals';
import { createLegacyDatabase, type LegacyDatabase, legacyRows, legacyTables, readEverything } from '../support/legacy.js';

let database: LegacyDatabase;
afterEach(() => database.drop());

const open = async (script: string) => {
  database = await createLegacyDatabase(legacyTables + legacyRows + script);
};
const task = (values: string) =>
  `INSERT INTO tasks (id, user_id, title, description, status, created_at, updated_at) VALUES (${values});`;
const user = (id: string, email: string) => `INSERT INTO users VALUES ('${id}', '${email}', NULL, '2025-01-01', '2025-01-01');`;

describe('npm run db:adopt mends what has one answer', () => {
  it('an email in upper case or between spaces becomes lower case without them, and its owner is listed', async () => {
    await open(user('user_3', ' Cy@Example.com '));
    expect((await database.adopt()).text).toContain('1 user has an email in upper case or between spaces');
    expect((await database.adopt({ isApplied: true })).text).toContain('user_3: " Cy@Example.com "');
    expect(await database.sql(`SELECT email, updated_at FROM users WHERE id = 'user_3'`)).toEqual([
      { email: 'cy@example.com', updated_at: new Date('2025-01-01T00:00:00Z') },
    ]);
  });

  it('a task without a status becomes Pending, and keeps its updated_at', async () => {
    await open(task(`9, 'user_1', 'x', NULL, NULL, '2025-01-01', '2025-01-02'`));
    expect((await database.adopt({ isApplied: true })).text).toContain('1 task has no status: it becomes Pending\n    9\n');
    expect(await database.sql('SELECT status, updated_at, version FROM tasks WHERE id = 9')).toEqual([
      { status: 'Pending', updated_at: new Date('2025-01-02T00:00:00Z'), version: 1 },
    ]);
  });

  it('a missing time becomes the other one of the row, or else the present', async () => {
    await open(
      task(`7, 'user_1', 'x', NULL, 'Pending', NULL, '2025-01-02'`) +
        task(`8, 'user_1', 'x', NULL, 'Pending', '2025-01-03', NULL`) +
        task(`9, 'user_1', 'x', NULL, 'Pending', NULL, NULL`),
    );
    await database.adopt({ isApplied: true });
    const rows = await database.sql<{ created_at: Date; updated_at: Date }>('SELECT * FROM tasks WHERE id >= 7 ORDER BY id');
    const [one, other, none] = rows.map(({ created_at, updated_at }) => [created_at.getTime(), updated_at.getTime()]);
    expect([one, other]).toEqual([
      [Date.UTC(2025, 0, 2), Date.UTC(2025, 0, 2)],
      [Date.UTC(2025, 0, 3), Date.UTC(2025, 0, 3)],
    ]);
    expect(Date.now() - (none?.[0] ?? 0)).toBeLessThan(60_000);
    expect(none?.[0]).toBe(none?.[1]);
  });

  it('a sequence behind the highest id continues after it', async () => {
    await open(task(`40, 'user_1', 'x', NULL, 'Pending', '2025-01-01', '2025-01-01'`));
    expect((await database.adopt({ isApplied: true })).text).toContain('sequence tasks_id_seq: continues at 41 instead of 4');
    expect(await database.sql(`INSERT INTO tasks (user_id, title) VALUES ('user_1', 'y') RETURNING id`)).toEqual([{ id: 41 }]);
  });

  it('keeps a user without a name, a blank title, a long description and an email that is not valid, and lists the last three', async () => {
    await open(user('user_3', 'nobody') + task(`9, 'user_1', ' ', repeat('x', 1001), 'Pending', '2025-01-01', '2025-01-01'`));
    const { text, refusal } = await database.adopt({ isApplied: true });
    expect(refusal).toBeUndefined();
    for (const line of ['user_3: nobody', '1 task has a blank title', '9: 1001 characters']) expect(text).toContain(line);
    expect(
      await database.sql(
        `SELECT name, title, length(description) AS length FROM users, tasks WHERE users.id = 'user_3' AND tasks.id = 9`,
      ),
    ).toEqual([{ name: null, title: ' ', length: 1001 }]);
  });
});

const noPrimaryKey = 'ALTER TABLE tasks DROP CONSTRAINT tasks_pkey;';
const refused: [title: string, script: string, lines: string[]][] = [
  [
    'emails that are equal without case',
    user('user_3', 'Ada@Example.com') + user('user_4', 'ADA@example.com'),
    ['3 users share an email', 'user_1: ada@example.com\n    user_3: Ada@Example.com\n    user_4: ADA@example.com'],
  ],
  [
    'an unknown status',
    task(`9, 'user_1', 'x', NULL, 'doing', '2025-01-01', '2025-01-01'`),
    ['1 task has a status other', '9: doing'],
  ],
  [
    'a status that would act on a terminal',
    task(`9, 'user_1', 'x', NULL, E'\\x1b[2J', '2025-01-01', '2025-01-01'`),
    [String.raw`9: "\u001b[2J"`],
  ],
  [
    'a title that is too long',
    `ALTER TABLE tasks ALTER title TYPE varchar;${task(`9, 'user_1', repeat('é', 201), NULL, NULL, NULL, NULL`)}`,
    ['1 task has a title over 200 characters', '9: 201 characters'],
  ],
  [
    'no title',
    `ALTER TABLE tasks ALTER title DROP NOT NULL;${task(`9, 'user_1', NULL, NULL, NULL, NULL, NULL`)}`,
    ['1 task has no title\n    9'],
  ],
  [
    'a user who does not exist',
    `ALTER TABLE tasks DROP CONSTRAINT tasks_user_id_fkey;${task(`9, 'gone', 'x', NULL, NULL, NULL, NULL`)}`,
    ['1 task belongs to a user who does not exist', '9: gone'],
  ],
  [
    'no user',
    `ALTER TABLE tasks ALTER user_id DROP NOT NULL;${task(`9, NULL, 'x', NULL, NULL, NULL, NULL`)}`,
    ['1 task has no user_id\n    9'],
  ],
  [
    'no email',
    `ALTER TABLE users ALTER email DROP NOT NULL; UPDATE users SET email = NULL WHERE id = 'user_2';`,
    ['1 user has no email\n    user_2'],
  ],
  [
    'an email or a name over 255 characters',
    `ALTER TABLE users ALTER email TYPE text, ALTER name TYPE text; UPDATE users SET name = repeat('x', 256), email = repeat('x', 256) WHERE id = 'user_2';`,
    ['1 user has an email over 255 characters', '1 user has a name over 255 characters', 'user_2: 256 characters'],
  ],
  [
    'an infinite time',
    `UPDATE tasks SET created_at = 'infinity' WHERE id = 1;`,
    ['1 task has a created_at outside the years', '1: infinity'],
  ],
  ['an id that Tandem cannot name', task(`-1, 'user_1', 'x', NULL, NULL, NULL, NULL`), ['1 task has an id below 1', '-1']],
  ['an id twice', noPrimaryKey + task(`1, 'user_1', 'x', NULL, NULL, NULL, NULL`), ['2 tasks share their id with another']],
];

describe('npm run db:adopt refuses, lists the rows, and leaves everything as it was', () => {
  it.each(refused)('for %s', async (_, script, lines) => {
    await open(script);
    const before = await readEverything(database);
    const report = await database.adopt();
    expect(report.refusal).toBeUndefined();
    const { text, refusal } = await database.adopt({ isApplied: true });
    expect(refusal).toMatch(/^Not adopted, and nothing was changed/);
    for (const line of lines) expect(text.slice(text.indexOf('To be solved first:'))).toContain(line);
    expect(report.text).toContain(text);
    expect(await readEverything(database)).toEqual(before);
  });

  it('with a count in place of a long list', async () => {
    await open(
      `INSERT INTO tasks (id, user_id, title, status) SELECT n, 'user_1', 'x', 'doing' FROM generate_series(101, 150) AS n;`,
    );
    const { text } = await database.adopt();
    expect(text).toContain('50 tasks have a status other than Pending and Completed\n    101: doing\n');
    expect(text).toContain('    120: doing\n    … and 30 more');
    expect((await database.adopt({ listed: 1000 })).text).toContain('    150: doing');
  });
});
