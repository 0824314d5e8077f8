import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from './ledger.js';
import { createTask, type Outcome, type Sender } from './requests.js';

/** Writers under way. */
export interface Writers {
  /** Sends no new write. Writes with a key go on until they are answered, for a bounded time. */
  stop(): Promise<void>;
}

/** What writers need. */
export interface WriterOptions {
  /** Two in a row use the same API; every second one sends `Idempotency-Key`. */
  readonly senders: readonly Sender[];
  readonly ledger: Ledger;
  /** Is told each outcome, also of repeated requests. */
  onOutcome(outcome: Outcome, sentAt: number, writer: number): void;
}

/** The pause after a failure, in milliseconds: shorter than `Retry-After` says, so that the fault is met more often. */
const pauseMs = 50;
/** How long writes with a key are repeated once the writers are to stop, in milliseconds. */
const lastAttemptsMs = 15_000;
/** Of acknowledged writes with a key, one in this number is sent again. */
const repeatEvery = 10;

/** Starts one writer for each sender: it sends the next write when the one before it has ended. */
export function startWriters({ senders, ledger, onOutcome }: WriterOptions): Writers {
  let stoppedAt = Number.POSITIVE_INFINITY;

  async function send(writer: number, sender: Sender, title: string, key?: string): Promise<Outcome> {
    const sentAt = performance.now();
    const outcome = await createTask(sender, title, key);
    onOutcome(outcome, sentAt, writer);
    return outcome;
  }

  async function write(writer: number, sender: Sender, number: number): Promise<void> {
    const title = `task ${number} of writer ${writer}`;
    const key = writer % 2 === 1 ? randomUUID() : undefined;
    for (;;) {
      const outcome = await send(writer, sender, title, key);
      if (outcome.kind === 'created') {
        ledger.acknowledge(title, outcome.id);
        if (key && number % repeatEvery === 0) await send(writer, sender, title, key);
        return;
      }
      await sleep(pauseMs);
      if (key && performance.now() < stoppedAt + lastAttemptsMs) continue;
      ledger.doubt(title);
      return;
    }
  }

  const loops = senders.map(async (sender, writer) => {
    for (let number = 0; stoppedAt === Number.POSITIVE_INFINITY; number++) await write(writer, sender, number);
  });
  return {
    stop: async () => {
      stoppedAt = performance.now();
      await Promise.all(loops);
    },
  };
}
