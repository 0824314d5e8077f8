import { type GraphQLArgument, GraphQLBoolean, GraphQLInt, getNullableType } from 'graphql';
import { AppError } from '../core/errors.js';
import { versionsAsked } from './conditions.js';
import type { RestCall } from './handler.js';
import { readInput } from './input.js';
import type { Operation } from './operation.js';

/** What a request gives an operation beside its path, by the arguments' names; undefined is absent. */
export type Given = Readonly<Record<string, unknown>>;

/**
 * Reads the variables of an operation as Sofa does (sofa-api 0.18), from what was checked before.
 * @param path the request's, with its escapes.
 * @param query the parameters that the operation knows.
 */
export function variablesOf(
  { route, pathArgs, queryArgs }: Operation,
  path: string,
  query: URLSearchParams,
  given: Given,
): Given {
  const variables: Record<string, unknown> = {};
  const segments = path.split('/');
  for (const { name } of pathArgs) {
    const index = route.path.split('/').indexOf(`{${name}}`);
    variables[name] = decodeURIComponent(segments[index] ?? '');
  }
  for (const arg of queryArgs) {
    const value = query.get(arg.name);
    if (value !== null) variables[arg.name] = typed(arg, value);
  }
  for (const [name, value] of Object.entries(given)) if (value !== undefined) variables[name] = value;
  return variables;
}

function typed({ type }: GraphQLArgument, value: string): unknown {
  const named = getNullableType(type);
  if (named === GraphQLInt) return Number(value);
  return named === GraphQLBoolean ? value === 'true' : value;
}

/** Reads what stands in the body, and the condition that REST keeps in a header field. */
export function givenBy({ request, body }: RestCall, { ifMatch, input }: Operation): Given {
  return {
    ...(ifMatch ? { [ifMatch.name]: versionsAsked(request.headers.get('if-match')) } : {}),
    ...(input ? { input: readInput(request.headers.get('content-type'), body, input) } : {}),
  };
}

/** @throws AppError `BAD_REQUEST` when an escape in the path is none. */
export function checkedPath(path: string): string {
  try {
    decodeURIComponent(path);
    return path;
  } catch (cause) {
    throw new AppError('BAD_REQUEST', { message: 'The path is not well formed.', cause });
  }
}
