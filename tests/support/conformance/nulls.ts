import type { Violations } from './exchange.js';

type Path = readonly (string | number)[];

/**
 * Holds nulls and errors against each other (GraphQL, section 6.4.4): an error with a place left a null there or above
 * it, and a root field is null for no other reason. Only introspection finds in silence that there is no such type.
 */
export function nullViolations(query: string, data: Record<string, unknown>, errors: readonly unknown[]): Violations {
  const paths = errors.map((error) => (error as { path?: Path }).path ?? []);
  const failed = new Set(paths.map(([root]) => root));
  const silent = Object.keys(data).filter((name) => data[name] === null && !failed.has(name) && !/\b__type\b/.test(query));
  return [
    ...silent.map((name) => `data.${name} is null without an error`),
    ...paths.filter((path) => !leadsToNull(data, path)).map((path) => `an error is at ${path.join('.')}, where there is no null`),
  ];
}

function leadsToNull(value: unknown, [first, ...rest]: Path): boolean {
  if (value === null) return true;
  return first !== undefined && typeof value === 'object' && leadsToNull((value as Record<string, unknown>)[first], rest);
}
