import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { abuses } from '../../abuse/abuses.js';
import { violations } from '../../abuse/report.js';
import { startTarget, type Target } from '../../abuse/target.js';
import { runTrial } from '../../abuse/trial.js';
import { createPostgresDatabase } from '../support/databases.js';

/** For the honest client, in milliseconds: one of ten thousand connections that end at once waits. */
const maxP95Ms = 3_000;

describe('the server answers abuse with 4xx or a closed connection, keeps its memory, and serves others:', () => {
  let database: Awaited<ReturnType<typeof createPostgresDatabase>>;
  let target: Target;
  beforeAll(async () => {
    database = await createPostgresDatabase();
    target = await startTarget({ DATABASE_URL: database.url });
  });
  afterAll(async () => {
    await target.close();
    await database.drop();
  });

  it('slow header sections, slow bodies and 10,000 idle connections at once', async () => {
    const waiting = abuses.filter(({ name }) => /^(slow|idle)-/.test(name));
    expect(waiting).toHaveLength(3);
    expect(violations(await runTrial(waiting, target), maxP95Ms)).toEqual([]);
  });
});
