import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { StatementQueue } from '../db/database.js';
import type { Logger } from '../log/log.js';

/** Tells whether the process has more work than it can do in time. */
export interface Overload {
  /** Whether new requests are to be refused. */
  readonly isOverloaded: boolean;
  /** Counts a request that was rejected. */
  countRejected(): void;
  close(): void;
}

interface Options {
  /** Longest event-loop delay, and longest wait for a connection of the pool, in milliseconds; 0 never refuses. */
  readonly maxDelayMs: number;
  /** Of the database's pool; undefined when it has none. */
  readonly queue?: (() => StatementQueue) | undefined;
  readonly log: Logger;
}

/** Two samples in a row must exceed the limit, so that one long task, such as a first compilation, does not count. */
const sampleMs = 500;
/** `@fastify/under-pressure` (9.0) takes 10 ms: a hundred wake-ups a second, which a delay of a second does not need. */
const resolutionMs = 50;

/**
 * Samples the event-loop delay (`node:perf_hooks`) and the pool's queue twice a second. A queue is too long when every
 * connection has a statement waiting for it and the rate of the last sample would not empty it within the limit.
 */
export function createOverload({ maxDelayMs, queue, log }: Options): Overload {
  if (maxDelayMs === 0) return { isOverloaded: false, countRejected: () => {}, close: () => {} };
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  histogram.enable();
  let refused = 0;
  let startedAt = 0;
  let exceeded = false;
  let lastReleases = 0;
  let lastSampleAt = performance.now();
  const state = { isOverloaded: false, countRejected: () => refused++, close: () => {} };

  function sample(): void {
    const now = performance.now();
    const eventLoopMs = histogram.count > 0 ? Math.max(0, histogram.mean / 1e6 - resolutionMs) : 0;
    histogram.reset();
    const { waiting, size, releases } = queue?.() ?? { waiting: 0, size: 1, releases: 0 };
    const perMs = (releases - lastReleases) / (now - lastSampleAt);
    lastReleases = releases;
    lastSampleAt = now;
    const isQueueLong = waiting >= size && waiting > perMs * maxDelayMs;
    const exceeds = eventLoopMs > maxDelayMs || isQueueLong;
    const wasExceeded = exceeded;
    exceeded = exceeds;
    if (exceeds === state.isOverloaded || (exceeds && !wasExceeded)) return;
    state.isOverloaded = exceeds;
    if (exceeds) {
      refused = 0;
      startedAt = now;
      log.warn({ eventLoopMs: Math.round(eventLoopMs), waitingStatements: waiting }, 'overload.started');
    } else log.info({ refused, ms: Math.round(now - startedAt) }, 'overload.ended');
  }

  const timer = setInterval(sample, sampleMs).unref();
  state.close = () => {
    clearInterval(timer);
    histogram.disable();
  };
  return state;
}
