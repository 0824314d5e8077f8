import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { linesOf, newPerson, openTestApp, type TestApp } from '../support/app.js';
import { type Outcome, type Style, styles } from '../support/styles.js';

let app: TestApp;
let admin: pg.Client;
beforeAll(async () => {
  app = await openTestApp({}, 'postgresql');
  admin = new pg.Client(app.url);
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await app.close();
});

/** Creates tasks one after the other until told to stop, every second one with a key. */
async function write(style: Style, token: string, signal: AbortSignal): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let n = 0; !signal.aborted; n++) {
    const idempotencyKey = `${style.name}-${token.slice(-8)}-${n}`;
    const args = { input: { title: `task ${n}` }, ...(n % 2 === 0 && { idempotencyKey }) };
    outcomes.push(await style.call(app.fetch, 'createTask', args, token));
  }
  return outcomes;
}

describe('a statement that is prepared', () => {
  it('is prepared anew when the type of a column changes under load, also in transactions: every write succeeds', async () => {
    const people = await Promise.all(Array.from({ length: 4 }, () => newPerson(app)));
    const stop = new AbortController();
    const writers = people.flatMap(({ token }) => styles.map((style) => write(style, token, stop.signal)));
    for (const length of [250, 260, 270]) {
      await sleep(300);
      await admin.query(`ALTER TABLE tasks ALTER title TYPE varchar(${length})`);
    }
    await sleep(300);
    stop.abort();
    const outcomes = (await Promise.all(writers)).flat();
    expect(outcomes.length).toBeGreaterThan(8);
    expect(outcomes.filter(({ code }) => code !== undefined)).toEqual([]);
    for (const style of styles) {
      const repeated = await style.call(app.fetch, 'tasks', { limit: 1 }, people[0]?.token);
      expect(repeated.code).toBeUndefined();
    }
  });

  it('runs without a name, with one line in the log, when its connection has lost it', async () => {
    const { token } = await newPerson(app);
    const list = (style: Style) => style.call(app.fetch, 'tasks', {}, token);
    for (const style of styles) await list(style);
    const lines = await linesOf(app, async () => {
      // As a pooler does that hands a connection on.
      await Promise.all(Array.from({ length: 10 }, () => app.db.query('DEALLOCATE ALL', [])));
      for (let n = 0; n < 5; n++) {
        for (const style of styles) expect((await list(style)).code).toBeUndefined();
        await Promise.all(Array.from({ length: 10 }, () => app.db.query('DEALLOCATE ALL', [])));
      }
    });
    expect(lines.filter(({ msg }) => msg === 'database.prepared-statements-disabled')).toHaveLength(1);
  });
});
