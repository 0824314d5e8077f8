import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Fault } from '../../chaos/fault.js';
import { database, storedIn } from '../../chaos/parts/parts.js';
import { runTrial } from '../../chaos/trial.js';
import type { PgBouncerOptions } from '../support/debian/pgbouncer.js';

const timeoutMs = 60_000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tandem-poolers-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Load behind a pooler, and no fault. */
const calm = (poolMode: PgBouncerOptions['poolMode'], prepared: string): Fault => ({
  name: `calm-${poolMode}-${prepared}`,
  description: 'Nothing happens.',
  prepare: async (parts) => {
    const postgres = await parts.postgres();
    const pooler = await parts.pgBouncer(postgres, { poolMode });
    const server = await parts.server(pooler.url(database), { DATABASE_PREPARED: prepared });
    const inject = (seconds: number) => sleep(seconds * 1000);
    return { url: server.url, stored: storedIn(postgres), log: server.log, inject };
  },
});

const perfect = { unavailable: 0, timedOut: 0, noAnswer: 0, wrong: 0, lost: [], doubled: [], unexplained: [] };

describe('16 writers behind a PgBouncer that tracks no prepared statements get no 5xx', () => {
  it.each([
    ['transaction', 'off', 0],
    ['transaction', 'auto', 0],
    // The first statement that meets another server connection is not known there: from then on none is named.
    ['transaction', 'on', 1],
    ['session', 'auto', 0],
    ['session', 'on', 0],
  ] as const)(
    'in %s mode with DATABASE_PREPARED=%s',
    async (poolMode, prepared, warnings) => {
      const fault = calm(poolMode, prepared);
      const trial = await runTrial(fault, { seconds: 4, writers: 16, folder: path.join(folder, fault.name) });
      expect(trial).toMatchObject(perfect);
      expect(trial.acknowledged).toBeGreaterThan(100);
      expect(trial.log.split('database.prepared-statements-disabled').length - 1).toBe(warnings);
    },
    timeoutMs,
  );
});
