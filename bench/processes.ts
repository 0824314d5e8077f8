import { check } from './check.js';
import { checkTogether } from './check-together.js';
import { fill, givePasswords, type Person } from './data.js';
import { type Load, load } from './load.js';
import type { Options } from './options.js';
import { markdown, medians, publish } from './report.js';
import { product, type Running, start } from './subject.js';
import { type Cores, coresCells, coresHead, coresOf, usageOf } from './usage.js';
import { mixed, type Style, styles } from './workload.js';

/** What so many processes on one database gave: CPU time in microseconds a request. */
interface ProcessesFigure extends Load, Cores {
  readonly style: Style;
  readonly processes: number;
  readonly cpu: number;
  readonly databaseCpu: number;
}

/** Measures the mixed load on so many processes over one database, in turns: `processes.json`. */
export async function processes(databaseUrl: string, counts: readonly number[], options: Options): Promise<void> {
  const { rounds, seconds, out } = options;
  const measured: ProcessesFigure[] = [];
  for (let round = 0; round < rounds; round++)
    for (const style of styles)
      for (const count of counts) {
        console.error(`round ${round + 1}: ${style}, ${count}`);
        measured.push(await measureProcesses(databaseUrl, count, style, options));
      }
  const figures = medians(measured, (figure) => `${figure.style} ${figure.processes}`);
  await publish(out, 'processes', { seconds, rounds: measured, figures }, table(figures));
}

async function measureProcesses(
  databaseUrl: string,
  count: number,
  style: Style,
  { people: size, seconds, warmupSeconds }: Options,
): Promise<ProcessesFigure> {
  const running: Running[] = [];
  try {
    for (let number = 0; number < count; number++) running.push(await start(product(process.cwd()), databaseUrl));
    const urls = running.map(({ url }) => url);
    const people = await fill(databaseUrl, size);
    await givePasswords(databaseUrl, people.slice(0, 1));
    for (const [pair, url] of urls.entries()) await check(url, style, people.slice(2 * pair));
    await checkTogether(urls, people[0] as Person);
    // Each does as much before it is measured as one alone.
    await load(urls, style, mixed, people, { seconds: warmupSeconds * count });
    let seen = {} as Load;
    const used = await usageOf(
      running.map(({ pid }) => pid),
      databaseUrl,
      async () => {
        seen = await load(urls, style, mixed, people, { seconds });
      },
    );
    const shares = { cpu: used.cpu / seen.requests, databaseCpu: used.database / seen.requests };
    return { style, processes: count, ...seen, ...shares, ...coresOf(used) };
  } finally {
    for (const each of running) await each.stop();
  }
}

const table = (figures: readonly ProcessesFigure[]): string =>
  markdown(
    ['', 'requests/s', 'p50 ms', 'p95 ms', 'p99 ms', 'CPU µs', 'database µs', ...coresHead, 'failed'],
    figures.map(({ style, processes, perSecond, p50, p95, p99, cpu, databaseCpu, failures, ...cores }) => [
      `${style}, ${processes}`,
      perSecond.toFixed(0),
      ...[p50, p95, p99].map((milliseconds) => milliseconds.toFixed(1)),
      ...[cpu, databaseCpu].map((microseconds) => microseconds.toFixed(0)),
      ...coresCells(cores),
      String(failures),
    ]),
  );
