import type { Dearest } from './dearest.js';
import { markdown } from './report.js';
import type { RoundTrips } from './round-trips.js';
import type { TailFigure } from './tail.js';
import { coresCells, coresHead } from './usage.js';

/** A table of what each party saw in each situation; the cores are those of all parties. */
export const tailTable = (figures: readonly TailFigure[]): string =>
  markdown(
    ['', 'who', 'requests/s', 'p50 ms', 'p95 ms', 'p99 ms', 'failed', ...coresHead],
    figures.map(({ style, situation, who, perSecond, p50, p95, p99, failures, ...cores }) => [
      `${style}, ${situation}`,
      who,
      perSecond.toFixed(perSecond < 10 ? 1 : 0),
      ...[p50, p95, p99].map((milliseconds) => milliseconds.toFixed(1)),
      String(failures),
      ...coresCells(cores),
    ]),
  );

/** A table of how often each operation waits for the database. */
export const roundTripsTable = (counted: readonly RoundTrips[]): string =>
  markdown(
    ['round trips, one after the other', 'first request of a session', 'next'],
    counted.map(({ style, operation, first, next }) => [`${style} ${operation}`, String(first), String(next)]),
  );

/** What the dear queries were. */
export const dearTable = (dear: Readonly<Record<string, Dearest>>): string =>
  markdown(
    ['dearest query', 'shape', 'rows of each list', 'ms', 'others’ p95 ms in the trial'],
    Object.entries(dear).map(([whose, { shape, rows, milliseconds, others }]) => [
      whose,
      shape,
      String(rows),
      ...[milliseconds, others].map((time) => time.toFixed(1)),
    ]),
  );
