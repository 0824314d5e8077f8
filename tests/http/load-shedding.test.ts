import { setImmediate, setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createApp } from '../../src/app.js';
import { fetchOf, newPerson, openTestApp, type Person, type TestApp, testConfig } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { styles } from '../support/styles.js';

/** Holds the event loop up again and again, a task of 400 ms each. @returns ends it. */
function blockEventLoop(): () => Promise<void> {
  let stopped = false;
  const ended = (async () => {
    while (!stopped) {
      const end = performance.now() + 400;
      while (performance.now() < end);
      await setImmediate();
    }
  })();
  return () => {
    stopped = true;
    return ended;
  };
}

const events = ({ lines }: TestApp) => lines.map(({ msg }) => msg).filter((msg) => String(msg).startsWith('overload.'));

describe('an overloaded server', () => {
  let app: TestApp;
  let ada: Person;
  beforeAll(async () => {
    app = await openTestApp({ OVERLOAD_DELAY: '200ms' });
    ada = await newPerson(app);
  });
  afterAll(() => app.close());

  const logged = (event: string) => eventually(() => events(app).includes(event), 5_000);
  const expectRefusals = async () => {
    for (const style of styles) {
      const { status, code, headers } = await style.call(app.fetch, 'tasks', {}, ada.token);
      expect({ status, code, retryAfter: headers.get('retry-after') }).toEqual({
        status: 503,
        code: 'SERVICE_UNAVAILABLE',
        retryAfter: '1',
      });
    }
    expect((await app.fetch('/health')).status).toBe(200);
  };
  const expectService = async () => {
    for (const style of styles) expect(await style.call(app.fetch, 'tasks', {}, ada.token)).not.toHaveProperty('code');
  };

  it('refuses new requests of both APIs while the event loop is late, answers /health, and recovers', async () => {
    app.lines.length = 0;
    const stop = blockEventLoop();
    try {
      await logged('overload.started');
      await expectRefusals();
    } finally {
      await stop();
    }
    await logged('overload.ended');
    await expectService();
    expect(app.lines.find(({ msg }) => msg === 'overload.ended')).toMatchObject({ refused: 2, ms: expect.any(Number) });
  });

  it('does not refuse requests after one long task', async () => {
    app.lines.length = 0;
    const end = performance.now() + 1_200;
    while (performance.now() < end);
    // Two samples, the first of which sees the long task. No event tells that nothing was logged.
    await setTimeout(1_100);
    await expectService();
    expect(events(app)).toEqual([]);
  });

  it('never refuses with OVERLOAD_DELAY=off', async () => {
    const other = await createApp(testConfig({ OVERLOAD_DELAY: 'off' }), { db: app.db, log: app.app.log });
    app.lines.length = 0;
    const stop = blockEventLoop();
    try {
      await logged('overload.started');
      for (const style of styles) expect(await style.call(fetchOf(other), 'tasks', {}, ada.token)).not.toHaveProperty('code');
    } finally {
      await stop();
    }
    await logged('overload.ended');
  });

  it('refuses new requests while the pool is full and its queue stands still, and finishes those that it accepted', async () => {
    const client = new pg.Client(app.url);
    await client.connect();
    try {
      app.lines.length = 0;
      await client.query('BEGIN; LOCK TABLE tasks');
      const accepted: ReturnType<(typeof styles)[number]['call']>[] = [];
      // More and more requests, since each waits for a limited time only.
      await eventually(async () => {
        const search = String(accepted.length);
        for (const style of styles) accepted.push(style.call(app.fetch, 'tasks', { search }, ada.token));
        await setTimeout(20);
        return events(app).includes('overload.started');
      }, 10_000);
      await expectRefusals();
      await client.query('COMMIT');
      const codes = (await Promise.all(accepted)).map(({ code }) => code);
      // Those that waited for too long before the lock went are refused, too; the last ones were waiting when it went.
      expect(new Set(codes.slice(-12, -4))).toEqual(new Set([undefined]));
      await logged('overload.ended');
      await expectService();
    } finally {
      await client.end();
    }
  });
});
