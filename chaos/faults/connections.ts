import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../fault.js';
import { database, storedIn } from '../parts/parts.js';
import { repeatFor } from '../repeat.js';

/** Connections that break right after COMMIT, and within transactions. */
export const commitCut: Fault = {
  name: 'commit-cut',
  description:
    'One in 12 commits takes place and its answer is lost with the connection; other connections break in a transaction.',
  prepare: async (parts) => {
    const postgres = await parts.postgres();
    const cutter = await parts.commitCutter(postgres.url(database));
    const server = await parts.server(cutter.url);
    const inject = async (seconds: number) => {
      cutter.isCutting = true;
      await sleep(seconds * 1000);
      cutter.isCutting = false;
      if (cutter.cutAfterCommit === 0 || cutter.cutInTransaction === 0)
        throw new Error('No connection was cut: the load was too small.');
    };
    return { url: server.url, stored: storedIn(postgres), log: server.log, inject };
  },
};

/** A pooler that is killed and restarted. */
export const poolerRestart: Fault = {
  name: 'pooler-restart',
  description: 'PgBouncer (transaction pooling) is killed and restarted repeatedly.',
  prepare: async (parts) => {
    const postgres = await parts.postgres();
    const pooler = await parts.pgBouncer(postgres, { poolMode: 'transaction' });
    const server = await parts.server(pooler.url(database));
    const killAndStart = async () => {
      await pooler.kill();
      await pooler.start();
    };
    const inject = (seconds: number) => repeatFor(seconds, 700, killAndStart);
    return { url: server.url, stored: storedIn(postgres), log: server.log, inject };
  },
};
