import { check } from './check.js';
import { send } from './client.js';
import { fill, givePasswords, giveTasks, type Person } from './data.js';
import { type Dearest, findDearest } from './dearest.js';
import { type Load, load, nextRequest } from './load.js';
import type { Options } from './options.js';
import { medians, publish } from './report.js';
import { countRoundTrips } from './round-trips.js';
import { hoard, type Situation, type Stage, sendsDearest, situations } from './situations.js';
import { openSlowLink, type SlowLink } from './slow-link.js';
import { product, type Running, start } from './subject.js';
import { dearTable, roundTripsTable, tailTable } from './tail-report.js';
import { type Cores, coresOf, usageOf } from './usage.js';
import { mixed, type Style, styles } from './workload.js';

/** What one party of a situation saw. */
export interface TailFigure extends Load, Cores {
  readonly style: Style;
  readonly situation: string;
  readonly who: string;
}

/**
 * Measures what a paced load sees of who is beside it: the product, one process, in each style and situation, in turns:
 * `tail.json`.
 */
export async function tail(databaseUrl: string, options: Options): Promise<void> {
  const { rounds, seconds, out, only } = options;
  const selected = Object.entries(situations).filter(([name]) => name.includes(only));
  const isDearestSent = selected.some(([, situation]) => sendsDearest(situation));
  const link = await openSlowLink(databaseUrl);
  const running = await start(product(process.cwd()), link.url);
  try {
    const { stage, strangers } = await prepare(running.url, databaseUrl, options, isDearestSent);
    const roundTrips = only ? [] : await countRoundTrips(running.url, link, strangers, stage.withPasswords);
    const measured: TailFigure[] = [];
    for (let round = 0; round < rounds; round++)
      for (const style of styles)
        for (const [name, situation] of selected) {
          console.error(`round ${round + 1}: ${style}, ${name}`);
          const seen = await measureSituation(stage, { running, link, databaseUrl }, style, situation, seconds);
          measured.push(...seen.map((figure) => ({ style, situation: name, ...figure })));
        }
    const figures = medians(measured, ({ style, situation, who }) => `${style} ${situation} ${who}`);
    const tables = [tailTable(figures), ...(only ? [] : [roundTripsTable(roundTrips), dearTable(stage.dear)])];
    await publish(out, 'tail', { seconds, rounds: measured, figures, roundTrips, dear: stage.dear }, tables.join('\n\n'));
  } finally {
    await running.stop();
    await link.close();
  }
}

/** Fills the database, checks the answers, warms up and, where it is sent, finds out what is dear. */
async function prepare(url: string, databaseUrl: string, { people: count, warmupSeconds }: Options, isDearestSent: boolean) {
  const everybody = await fill(databaseUrl, count);
  for (const [pair, style] of styles.entries()) await check(url, style, everybody.slice(2 * pair));
  const [hoarder, ...others] = everybody as [Person, ...Person[]];
  if (isDearestSent) await giveTasks(databaseUrl, hoarder, hoard);
  const people = others.slice(count / 4);
  const withPasswords = people.slice(0, 50);
  await givePasswords(databaseUrl, withPasswords);
  for (const style of styles) await load([url], style, mixed, people, { seconds: warmupSeconds });
  const dear = isDearestSent ? await findBoth(url, people, hoarder) : {};
  return { stage: { url, people, withPasswords, dear }, strangers: others.slice(0, count / 4) };
}

async function findBoth(url: string, people: readonly Person[], hoarder: Person): Promise<Record<string, Dearest>> {
  const other = () => send(url, nextRequest('rest', { get: 1 }, people));
  return {
    ordinary: await findDearest(url, (people[0] as Person).token, other),
    hoarder: await findDearest(url, hoarder.token, other),
  };
}

/** Where a situation is played. */
interface Place {
  readonly running: Running;
  readonly link: SlowLink;
  readonly databaseUrl: string;
}

async function measureSituation(
  stage: Stage,
  { running, link, databaseUrl }: Place,
  style: Style,
  { delayMs, parties }: Situation,
  seconds: number,
): Promise<readonly Omit<TailFigure, 'style' | 'situation'>[]> {
  let loads: readonly Load[] = [];
  link.delayMs = delayMs;
  const used = await usageOf([running.pid], databaseUrl, async () => {
    loads = await Promise.all(Object.values(parties).map((play) => play(stage, style, seconds)));
  });
  link.delayMs = 0;
  return Object.keys(parties).map((who, index) => ({ who, ...(loads[index] as Load), ...coresOf(used) }));
}
