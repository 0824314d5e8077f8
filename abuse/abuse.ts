import type { Target } from './target.js';

/** One kind of abuse. */
export interface Abuse {
  /** As the command line names it. */
  readonly name: string;
  /** One sentence for the list. */
  readonly description: string;
  /** Whether it takes more than some seconds, such as one that waits for a time limit of the server. */
  readonly isSlow?: true;
  /** How much the server's resident memory may grow, in MiB, garbage that V8 has not collected yet included. */
  readonly maxGrowthMiB: number;
  /** Commits it once. @returns each answer that is not as it should be, as a line. */
  commit(target: Target): Promise<string[]>;
}
