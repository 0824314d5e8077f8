import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { newPerson, openTestApp, type TestApp } from '../support/app.js';
import { query } from '../support/graphql.js';
import { countStatements } from '../support/statements.js';

/** Longer than a result of a check is kept. */
const keptMs = 600;

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function open(settings: Record<string, string> = {}) {
  const app = await openTestApp(settings, 'postgresql');
  const admin = new pg.Client(app.url);
  await admin.connect();
  cleanups.push(app.close, () => admin.end());
  return { app, admin };
}

const health = async ({ fetch }: TestApp) => (await fetch('/health/db')).status;

describe('GET /health/db', () => {
  it('answers 200 while a table is locked and every connection of the pool waits for it', async () => {
    const { app, admin } = await open();
    const { token } = await newPerson(app);
    await admin.query('BEGIN; LOCK TABLE tasks, users IN ACCESS EXCLUSIVE MODE');
    const waiting = Array.from({ length: 20 }, (_, n) =>
      app.fetch(`/api/tasks?limit=${n + 1}`, { headers: { authorization: `Bearer ${token}` } }),
    );
    await sleep(keptMs);
    expect(await health(app)).toBe(200);
    await admin.query('ROLLBACK');
    await Promise.all(waiting);
  });

  it('answers 503 when the tables are gone, and 200 when they are back', async () => {
    const { app, admin } = await open();
    expect(await health(app)).toBe(200);
    await admin.query('ALTER TABLE tasks RENAME TO hidden');
    await sleep(keptMs);
    const response = await app.fetch('/health/db');
    expect(response.status).toBe(503);
    const { hostname, port, pathname, username } = new URL(app.url);
    const text = await response.text();
    for (const part of [hostname, port, pathname.slice(1), username, 'tasks', 'postgres']) expect(text).not.toContain(part);
    await admin.query('ALTER TABLE hidden RENAME TO tasks');
    await sleep(keptMs);
    expect(await health(app)).toBe(200);
  });

  it('asks the database once for many requests at a time, also by aliases in GraphQL', async () => {
    const { app } = await open();
    const aliases = Array.from({ length: 15 }, (_, n) => `a${n}: databaseHealth { status }`).join(' ');
    const statements = await countStatements(() =>
      Promise.all([...Array.from({ length: 50 }, () => health(app)), query(app.fetch, `{ ${aliases} }`)]),
    );
    // One each half second: a busy machine may take longer for all.
    expect(statements).toBeLessThan(15);
  });

  it('asks the database nothing for HEALTH_DB_MAX_AGE after a statement that succeeded', async () => {
    const { app, admin } = await open({ HEALTH_DB_MAX_AGE: '60s' });
    await newPerson(app);
    await admin.query('ALTER TABLE tasks RENAME TO hidden');
    await sleep(keptMs);
    expect(await health(app)).toBe(200);
  });
});
