import type { Parts } from './parts/parts.js';

/** A set-up under load, and the fault in it. */
export interface Stage {
  /** Where the writers send their requests. */
  readonly url: string;
  /** Reads the tasks that are stored, past every proxy, from the server that has the data in the end. */
  stored(): Promise<{ id: number; title: string }[]>;
  /** What the servers have logged. */
  log(): string;
  /** Causes the fault and undoes it. @param seconds how long it lasts, or is repeated. */
  inject(seconds: number): Promise<void>;
}

/** One kind of fault. */
export interface Fault {
  /** As the command line names it. */
  readonly name: string;
  /** One sentence for the list. */
  readonly description: string;
  /** Whether it ends a process that clients are connected to, so that some requests get no response. */
  readonly breaksConnections?: true;
  /** Starts what it needs; all of it is ended with `parts`. */
  prepare(parts: Parts): Promise<Stage>;
}
