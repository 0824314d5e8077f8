import { readFileSync } from 'node:fs';
import pg from 'pg';

/** Clock ticks of Linux a second. */
const ticksASecond = 100;

/** CPU time that a process has used, in microseconds: user and system. Linux alone tells it of another process. */
function cpuOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return ((Number(fields[11]) + Number(fields[12])) / ticksASecond) * 1e6;
  } catch {
    return 0;
  }
}

/** The same of a process with one thread, such as a backend: its scheduler's own count, which knows nanoseconds. */
function cpuOfThread(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1000;
  } catch {
    return 0;
  }
}

/** The most memory that a process has had resident, in MiB. */
export function peakMemory(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

/** CPU time that all of the machine has used, in microseconds; a virtual machine's host takes some of it (`steal`). */
function cpuOfMachine(): number {
  const [user, nice, system, , , irq, softirq, steal] = readFileSync('/proc/stat', 'utf8').split(/\s+/).slice(1, 9).map(Number);
  const ticks = [user, nice, system, irq, softirq, steal].reduce<number>((sum, each) => sum + (each ?? 0), 0);
  return (ticks / ticksASecond) * 1e6;
}

/** What a piece of work took: CPU time in microseconds. */
export interface Usage {
  readonly seconds: number;
  /** Of the subjects. */
  readonly cpu: number;
  /** Of the database's backends that serve them. */
  readonly database: number;
  /** Of this process, which makes the load. */
  readonly load: number;
  /** Of everything else on the machine. */
  readonly elsewhere: number;
}

/** Measures what a piece of work costs processes and their database; zero for a database on another machine. */
export async function usageOf(pids: readonly number[], databaseUrl: string, work: () => Promise<void>): Promise<Usage> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  const backends = async (): Promise<number> => {
    const { rows } = await client.query(
      'SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    return rows.reduce((sum: number, row: { pid: number }) => sum + cpuOfThread(row.pid), 0);
  };
  const sumOf = (all: readonly number[]): number => all.reduce((sum, pid) => sum + cpuOf(pid), 0);
  const used = async () => ({
    cpu: sumOf(pids),
    database: await backends(),
    load: cpuOf(process.pid),
    machine: cpuOfMachine(),
    seconds: performance.now() / 1000,
  });
  try {
    const before = await used();
    await work();
    const after = await used();
    const [cpu, database, load] = [after.cpu - before.cpu, after.database - before.database, after.load - before.load];
    const elsewhere = after.machine - before.machine - cpu - database - load;
    return { cpu, database, load, elsewhere, seconds: after.seconds - before.seconds };
  } finally {
    await client.end();
  }
}

/** Processors that a piece of work kept busy, and what else the machine did: figures mean little when that is much. */
export interface Cores {
  readonly cores: number;
  readonly databaseCores: number;
  readonly loadCores: number;
  readonly elsewhereCores: number;
}

/** How many processors were busy, on average. */
export function coresOf({ cpu, database, load, elsewhere, seconds }: Usage): Cores {
  const inCores = (microseconds: number) => microseconds / 1e6 / seconds;
  return {
    cores: inCores(cpu),
    databaseCores: inCores(database),
    loadCores: inCores(load),
    elsewhereCores: inCores(elsewhere),
  };
}

/** Heads of a table's columns for `Cores`. */
export const coresHead = ['server cores', 'database cores', 'load cores', 'elsewhere'] as const;

/** A table's cells for `Cores`. */
export const coresCells = ({ cores, databaseCores, loadCores, elsewhereCores }: Cores): readonly string[] =>
  [cores, databaseCores, loadCores, elsewhereCores].map((each) => each.toFixed(2));
