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

/** CPU time of a subject and of the database's backends that serve it, in microseconds. */
export interface Usage {
  readonly cpu: number;
  readonly database: number;
}

/** Measures what a piece of work costs a process and its database; zero for a database on another machine. */
export async function usageOf(pid: number, databaseUrl: string, work: () => Promise<void>): Promise<Usage> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  const backends = async (): Promise<number> => {
    const { rows } = await client.query(
      'SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    return rows.reduce((sum: number, row: { pid: number }) => sum + cpuOfThread(row.pid), 0);
  };
  try {
    const before = { cpu: cpuOf(pid), database: await backends() };
    await work();
    return { cpu: cpuOf(pid) - before.cpu, database: (await backends()) - before.database };
  } finally {
    await client.end();
  }
}
