import { parseArgs } from 'node:util';

/** What `npm run bench` was asked for. */
export interface Options {
  readonly quick: boolean;
  /** Also write a CPU profile of the product. */
  readonly profile: boolean;
  /** The commit to measure beside this tree. */
  readonly compare: string | undefined;
  readonly tail: boolean;
  /** Only the situations of `--tail` whose name contains this text. */
  readonly only: string;
  /** Numbers of processes to measure. */
  readonly processes: readonly number[] | undefined;
  readonly people: number;
  readonly rounds: number;
  /** Of each measurement. */
  readonly seconds: number;
  /** Of the work that a process does before it is measured. */
  readonly warmupSeconds: number;
  /** The folder for what is written. */
  readonly out: string;
}

/** Reads the command line. */
export function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      compare: { type: 'string' },
      tail: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      processes: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      out: { type: 'string', default: '.bench' },
    },
  });
  const { quick } = values;
  return {
    ...values,
    compare: values.compare,
    processes: values.processes?.split(',').map(Number),
    people: quick ? 100 : 1000,
    rounds: Number(values.rounds ?? (quick ? 1 : 3)),
    seconds: Number(values.seconds ?? (quick ? 2 : 5)),
    warmupSeconds: quick ? 3 : 10,
  };
}
