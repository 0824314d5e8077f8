import { type GraphQLArgument, GraphQLBoolean, GraphQLInt, type GraphQLNamedType, getNullableType } from 'graphql';
import { AppError, type FieldError, inputError, labelOf } from '../core/errors.js';
import { isMalformedParameter } from '../http/query-string.js';
import type { RestOperation } from './operation.js';
import type { EnumExtensions } from './view.js';

const wholeNumber = /^-?\d{1,15}$/;
// GraphQL's Int has 32 bits: one more value below zero than above.
const minInt = -2_147_483_648;
const maxInt = 2_147_483_647;

/**
 * Reads the query parameters of an operation; others are ignored.
 * @returns name → value for those that were sent.
 * @throws AppError `BAD_REQUEST` for a wrong type, for text that is not UTF-8, and for a parameter that comes twice or as an object.
 */
export function readQuery(url: URL, args: readonly GraphQLArgument[]): URLSearchParams {
  const search = url.searchParams;
  const query = new URLSearchParams();
  const faults: FieldError[] = [];
  for (const arg of args) {
    const values = search.getAll(arg.name);
    const isNested = [...search.keys()].some((key) => key.startsWith(`${arg.name}[`));
    if (values.length > 1 || isNested)
      faults.push({ field: arg.name, error: `${labelOf(arg.name)} must be given once, as a plain value` });
    else if (values[0] !== undefined) {
      const error = isMalformedParameter(url, arg.name) ? `${labelOf(arg.name)} must be UTF-8` : typeError(arg, values[0]);
      if (error) faults.push({ field: arg.name, error });
      query.set(arg.name, values[0]);
    }
  }
  if (faults.length > 0) throw inputError('BAD_REQUEST', faults);
  return query;
}

function typeError(arg: GraphQLArgument, value: string): string | undefined {
  const type = getNullableType(arg.type);
  if (type === GraphQLInt && !(wholeNumber.test(value) && Number(value) >= minInt && Number(value) <= maxInt))
    return `${labelOf(arg.name)} must be a whole number`;
  if (type === GraphQLBoolean && value !== 'true' && value !== 'false') return `${labelOf(arg.name)} must be true or false`;
  const allowed = (type as Partial<GraphQLNamedType>).extensions as Partial<EnumExtensions> | undefined;
  if (allowed?.enum && !allowed.enum.includes(value)) return `${labelOf(arg.name)} must be one of ${allowed.enum.join(', ')}`;
  return undefined;
}

/** The query parameters as variables. */
export const queryVariables = ({ queryArgs }: RestOperation, query: URLSearchParams): Record<string, unknown> =>
  Object.fromEntries(queryArgs.filter(({ name }) => query.has(name)).map((arg) => [arg.name, coerce(arg, query.get(arg.name))]));

function coerce({ type }: GraphQLArgument, value: string | null): unknown {
  const named = getNullableType(type);
  if (named === GraphQLInt) return Number(value);
  return named === GraphQLBoolean ? value === 'true' : value;
}

/**
 * The arguments in the path as variables.
 * @param path the request's, with its escapes.
 * @throws AppError `BAD_REQUEST` for a malformed escape.
 */
export function pathVariables({ route, pathArgs }: RestOperation, path: string): Record<string, unknown> {
  const segments = path.split('/');
  const template = route.path.split('/');
  return Object.fromEntries(pathArgs.map(({ name }) => [name, decode(segments[template.indexOf(`{${name}}`)] ?? '')]));
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (cause) {
    throw new AppError('BAD_REQUEST', { message: 'The path is malformed.', cause });
  }
}
