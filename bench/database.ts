import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { startPostgres } from '../tests/support/postgres-server.js';

/** An empty database to measure on. */
export interface BenchDatabase {
  readonly url: string;
  close(): Promise<void>;
}

/** Makes a database on the PostgreSQL at `BENCH_PG`, or on one that npm brought. */
export async function openBenchDatabase(): Promise<BenchDatabase> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tandem-bench-'));
  const server = process.env.BENCH_PG ? { url: process.env.BENCH_PG, stop: async () => {} } : await startPostgres(folder);
  const name = `tandem_bench_${process.pid}`;
  await run(server.url, `CREATE DATABASE ${name}`);
  return {
    url: Object.assign(new URL(server.url), { pathname: `/${name}` }).href,
    close: async () => {
      await run(server.url, `DROP DATABASE ${name} WITH (FORCE)`);
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Runs one statement on a connection of its own. @returns its rows. */
export async function run<Row>(url: string, statement: string, values: readonly unknown[] = []): Promise<Row[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    // Without values a text may hold several statements.
    return (await client.query(statement, values.length > 0 ? [...values] : undefined)).rows;
  } finally {
    await client.end();
  }
}
