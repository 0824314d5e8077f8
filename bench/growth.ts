// npx tsx bench/growth.ts: what operations cost as the table grows a thousandfold. See bench/README.md.
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { openBenchDatabase } from './database.js';
import { fillTo } from './growth-data.js';
import { type Asked, type Operation, operationsOf } from './growth-operations.js';
import { growthPlot } from './growth-plot.js';
import { type GrowthFigure, growthTable } from './growth-report.js';
import { quantile } from './load.js';
import { product, type Running, start } from './subject.js';
import { usageOf } from './usage.js';

const { values: options } = parseArgs({
  options: { sizes: { type: 'string', default: '1e4,1e5,1e6,1e7' }, out: { type: 'string', default: '.bench' } },
});
const sizes = options.sizes.split(',').map(Number);
assert(
  sizes.every((size) => size >= 1e4 && Number.isInteger(Math.log10(size))),
  '--sizes takes powers of ten from 1e4',
);
/** One operation is asked for so often, and for no longer than so many milliseconds. */
const [mostRequests, longestMs, warmupRequests] = [300, 5_000, 60];

const database = await openBenchDatabase();
try {
  const figures: GrowthFigure[] = [];
  for (const tasks of sizes) figures.push(...(await measureAt(tasks)));
  const machine = `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}`;
  await mkdir(options.out, { recursive: true });
  await writeFile(`${options.out}/growth.json`, JSON.stringify({ machine, date: new Date().toISOString(), figures }, null, 2));
  await writeFile(`${options.out}/growth.svg`, growthPlot(figures));
  console.log(`${machine}; server, client and database on the same machine\n\n${growthTable(figures)}`);
} finally {
  await database.close();
}

/** Fills the database to a size and measures a server that starts on it. */
async function measureAt(tasks: number): Promise<readonly GrowthFigure[]> {
  // It migrates; nothing is planned before the tables are full.
  const running = await start(product(process.cwd()), database.url);
  const client = new pg.Client(database.url);
  await client.connect();
  try {
    const since = performance.now();
    const crowd = await fillTo(client, tasks);
    console.error(`${tasks} tasks after ${((performance.now() - since) / 1000).toFixed(0)} s`);
    const figures: GrowthFigure[] = [];
    for (const operation of operationsOf(crowd)) {
      await check(client, running.url, operation);
      figures.push({ operation: operation.name, tasks, ...(await measure(running, operation)) });
    }
    return figures;
  } finally {
    await client.end();
    await running.stop();
  }
}

/** Holds answers against SQL of its own, before anything is measured: a fast wrong answer is worth nothing. */
async function check(client: pg.Client, url: string, { name, ask, read, expected }: Operation): Promise<void> {
  for (const turn of [0, 1, 2]) {
    const { status, body } = await send(url, ask(turn));
    // What takes too long is given up, as promised; how long that took is measured all the same.
    if (status === 504) return;
    const { ids, total } = read(body);
    if (!expected) {
      assert.equal(status, 201, name);
      continue;
    }
    const { owner, where, skip, limit } = expected(turn);
    const list = `FROM tasks WHERE user_id = $1 AND ${where}`;
    const { rows } = await client.query(`SELECT id ${list} ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3`, [
      owner,
      limit,
      skip,
    ]);
    assert.deepEqual(
      ids,
      rows.map(({ id }) => id),
      name,
    );
    if (total === undefined) continue;
    const {
      rows: [counted],
    } = await client.query(`SELECT count(*)::int AS total ${list}`, [owner]);
    assert.equal(total, counted.total, name);
  }
}

/** One request after the other, over one connection. */
async function measure({ url, pid }: Running, { name, ask }: Operation): Promise<Omit<GrowthFigure, 'operation' | 'tasks'>> {
  const repeat = async (most: number, longest: number) => {
    const [times, statuses] = [[] as number[], new Set<number>()];
    const since = performance.now();
    while (times.length < most && (times.length < 3 || performance.now() - since < longest)) {
      const { status, milliseconds } = await send(url, ask(turn++));
      times.push(milliseconds);
      statuses.add(status);
    }
    assert(
      [...statuses].every((status) => [200, 201, 504].includes(status)),
      `${name}: ${[...statuses]}`,
    );
    return { times: times.sort((a, b) => a - b), timedOut: statuses.has(504) };
  };
  let turn = 0;
  await repeat(warmupRequests, longestMs / 5);
  let measured = { times: [] as number[], timedOut: false };
  const used = await usageOf([pid], database.url, async () => {
    measured = await repeat(mostRequests, longestMs);
  });
  const { times, timedOut } = measured;
  const requests = times.length;
  const seen = { requests, median: quantile(times, 0.5), p95: quantile(times, 0.95) };
  return timedOut ? seen : { ...seen, database: used.database / requests };
}

async function send(url: string, { method, path, token, body }: Asked) {
  const headers = { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) };
  const since = performance.now();
  const response = await fetch(url + path, { method, headers, body });
  const text = await response.text();
  const milliseconds = performance.now() - since;
  // GraphQL answers errors with 200 too.
  assert(response.status === 504 || !text.includes('"errors":['), text);
  return { status: response.status, milliseconds, body: JSON.parse(text) as unknown };
}
