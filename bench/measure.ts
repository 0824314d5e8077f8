import { check } from './check.js';
import { fill, type Person } from './data.js';
import { type Length, load } from './load.js';
import { type Subject, start } from './subject.js';
import { peakMemory, usageOf } from './usage.js';
import { mixed, type Scenario, type Style, scenarios } from './workload.js';

/** What one scenario gave: times in milliseconds, CPU time in microseconds a request, memory in MiB. */
export interface Figure {
  readonly subject: string;
  readonly style: Style;
  readonly scenario: string;
  readonly perSecond: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly cpu: number;
  readonly databaseCpu: number;
  readonly failures: number;
  readonly memory: number;
  readonly readyMs: number;
}

/** How much is measured. */
export interface Effort {
  readonly people: number;
  /** The mixed work that a process does before it is measured. */
  readonly warmup: Length;
  readonly length: Length;
  readonly scenarios: readonly string[];
}

/** Starts a subject, fills its database anew, checks its answers, and measures one style. */
export async function measure(subject: Subject, style: Style, databaseUrl: string, effort: Effort): Promise<readonly Figure[]> {
  const running = await start(subject, databaseUrl);
  try {
    const people = await fill(databaseUrl, effort.people);
    await check(running.url, style, people);
    await load([running.url], style, mixed, people, effort.warmup);
    const figures: Figure[] = [];
    for (const scenario of effort.scenarios) {
      const measured = await measureScenario(running, databaseUrl, style, scenarios[scenario] as Scenario, people, effort.length);
      figures.push({ subject: subject.name, style, scenario, ...measured, readyMs: running.readyMs });
    }
    return figures;
  } finally {
    await running.stop();
  }
}

async function measureScenario(
  { url, pid }: { url: string; pid: number },
  databaseUrl: string,
  style: Style,
  scenario: Scenario,
  people: readonly Person[],
  length: Length,
) {
  let result = { requests: 0, perSecond: 0, p50: 0, p95: 0, p99: 0, failures: 0 };
  const used = await usageOf([pid], databaseUrl, async () => {
    result = await load([url], style, scenario, people, length);
  });
  const { requests, ...seen } = result;
  return { ...seen, cpu: used.cpu / requests, databaseCpu: used.database / requests, memory: peakMemory(pid) };
}
