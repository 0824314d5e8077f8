import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const readStatus = (pid: number, field: string): number =>
  Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;

/** The memory that a process has resident now, in MiB. Linux alone tells it of another process. */
export const residentMemory = (pid: number): number => readStatus(pid, 'VmRSS');

/** The most that it has had resident since `resetPeak`, in MiB. */
export const peakResidentMemory = (pid: number): number => readStatus(pid, 'VmHWM');

/** Makes the present memory the peak (proc(5), clear_refs). */
export const resetPeak = (pid: number): void => writeFileSync(`/proc/${pid}/clear_refs`, '5');

/** How many files and sockets a process has open. */
export const openFiles = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

/** How many files and sockets a process may have open. */
export const maxOpenFiles = (pid: number | 'self'): number =>
  Number(/^Max open files +(\d+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))?.[1] ?? 0);
