import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { createLegacyDatabase, legacyRows, legacyTables } from '../support/legacy.js';
import { blocksOf } from '../support/markdown.js';

const guide = await readFile(path.resolve('docs/adopting-a-database.md'), 'utf8');

it('the SQL of docs/adopting-a-database.md cures what stands in the way, and afterwards removes what served old programs', async () => {
  const database = await createLegacyDatabase(
    `${legacyTables} ALTER TABLE tasks ALTER title TYPE varchar; ${legacyRows}
     INSERT INTO users VALUES ('user_3', 'Ada@Example.com', NULL, '2025-01-01', '2025-01-01');
     INSERT INTO tasks (user_id, title, status) VALUES ('user_3', repeat('x', 201), 'done'), ('user_2', 'y', 'doing');`,
  );
  expect((await database.adopt({ isApplied: true })).refusal).toBeDefined();
  const [cures = [], ends = []] = ['2.', 'Old programs'].map((start) =>
    blocksOf(guide).filter(({ language, section }) => language === 'sql' && section.startsWith(start)),
  );
  for (const { text } of cures) await database.sql(text);
  expect((await database.adopt({ isApplied: true })).refusal).toBeUndefined();
  expect(await database.sql('SELECT user_id, title, description, status FROM tasks WHERE id >= 4 ORDER BY id')).toEqual([
    { user_id: 'user_1', title: 'x'.repeat(200), description: 'x'.repeat(201), status: 'Completed' },
    { user_id: 'user_2', title: 'y', description: null, status: 'Pending' },
  ]);
  for (const { text } of ends) await database.sql(text);
  const triggers = `SELECT tgname FROM pg_trigger WHERE tgname LIKE '%legacy%'`;
  expect([cures.length, ends.length, await database.sql(triggers)]).toEqual([2, 1, []]);
  await database.drop();
});
