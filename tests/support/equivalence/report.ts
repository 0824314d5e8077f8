import { isDeepStrictEqual } from 'node:util';
import { RefreshTokenReference, type Step } from './steps.js';

/** What each style said or left behind, where they differ: a line each. */
export interface Difference {
  readonly graphql: string;
  readonly rest: string;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Writes a value as a GraphQL document would, long texts by their length. */
export function literal(value: unknown): string {
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (value instanceof RefreshTokenReference) return tokenReference(value);
  if (isRecord(value)) return `{${fields(value)}}`;
  return String(value);
}

const fields = (record: object): string =>
  Object.entries(record)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${literal(value)}`)
    .join(', ');

function text(value: string): string {
  const [letter, ...others] = value;
  const isRow = others.length > 20 && others.every((each) => each === letter);
  if (isRow) return `${JSON.stringify(letter)} × ${others.length + 1}`;
  return /^‹[^›]*›$/.test(value) ? value : JSON.stringify(value);
}

function tokenReference({ which }: RefreshTokenReference): string {
  if (typeof which === 'string') return `‹refresh token: ${which}›`;
  return which === 0 ? '‹the last refresh token›' : `‹the refresh token ${which} before the last›`;
}

/** Writes a step as `ada: createTask(title: "x", description: null)`: the fields of an input stand among the arguments. */
export function stepLine({ caller, operation, args: { input, ...others } }: Step): string {
  const given = isRecord(input) && !Array.isArray(input) ? { ...others, ...input } : { ...others, input };
  return `${caller}: ${operation}(${fields(given)})`;
}

/** Writes what one side has and the other has not: of objects only the members that differ; absent ones leave a gap. */
export function shownBeside(value: unknown, other: unknown): string {
  if (!isRecord(value) || !isRecord(other)) return literal(value);
  const differing = Object.keys(value).filter(
    (name) => value[name] !== undefined && !isDeepStrictEqual(value[name], other[name]),
  );
  return `{${differing.map((name) => `${name}: ${shownBeside(value[name], other[name])}`).join(', ')}}`;
}

/** Writes the rows that one side has and the other has not. */
export function rowsBeside(rows: readonly unknown[], others: readonly unknown[]): string {
  const own = rows.filter((row) => !others.some((other) => isDeepStrictEqual(row, other)));
  const foreign = others.filter((other) => !rows.some((row) => isDeepStrictEqual(row, other)));
  if (own.length === 0) return 'not these';
  return own.map((row, n) => (own.length === foreign.length ? shownBeside(row, foreign[n]) : literal(row))).join(', ');
}
