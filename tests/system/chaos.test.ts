import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Fault } from '../../chaos/fault.js';
import { faults } from '../../chaos/faults.js';
import { database, storedIn } from '../../chaos/parts/parts.js';
import { violations } from '../../chaos/report.js';
import { runTrial } from '../../chaos/trial.js';

const timeoutMs = 120_000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tandem-chaos-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const tryFault = (fault: Fault) => runTrial(fault, { seconds: 3, writers: 16, folder: path.join(folder, fault.name) });

describe('no acknowledged write is lost, none is applied twice, and every answer is 2xx, 409, 503 or 504', () => {
  it.each(faults.map((fault) => [fault.description, fault] as const))(
    '%s',
    async (_, fault) => {
      const trial = await tryFault(fault);
      expect(violations(trial)).toEqual([]);
      expect(trial.acknowledged).toBeGreaterThan(0);
    },
    timeoutMs,
  );
});

/** Something in the database that no server of ours does. */
const planted = (name: string, statement: string): Fault => ({
  name,
  description: name,
  prepare: async (parts) => {
    const postgres = await parts.postgres();
    const server = await parts.server(postgres.url(database));
    const inject = async () => {
      await postgres.query(statement, database);
    };
    return { url: server.url, stored: storedIn(postgres), log: server.log, inject };
  },
});

describe('the instrument itself', () => {
  it(
    'finds an acknowledged write that is deleted behind its back',
    async () => {
      const trial = await tryFault(planted('loss', 'DELETE FROM tasks WHERE id = (SELECT min(id) FROM tasks)'));
      expect(trial).toMatchObject({ lost: [expect.stringMatching(/^task \d+ of writer/)], doubled: [], unexplained: [] });
    },
    timeoutMs,
  );

  it(
    'finds a write that is applied a second time behind its back',
    async () => {
      const copy = 'INSERT INTO tasks (user_id, title) SELECT user_id, title FROM tasks ORDER BY id LIMIT 1';
      const trial = await tryFault(planted('double', copy));
      expect(trial).toMatchObject({ lost: [], doubled: [expect.stringMatching(/^task \d+ of writer/)], unexplained: [] });
    },
    timeoutMs,
  );
});
