import type { GraphQLInputObjectType } from 'graphql';
import { AppError, type FieldFault, fieldError } from '../core/errors.js';
import type { Exchange } from '../http/exchange.js';
import { isJson, parseJson } from '../http/json-body.js';
import type { RestOperation } from './operation.js';
import { pathVariables, queryVariables } from './parameters.js';
import { ifMatchVersions } from './preconditions.js';

type Variables = Readonly<Record<string, unknown>>;

/**
 * Reads the variables of an operation from a request: each argument from its one place, so that no query parameter can stand
 * in for a field of the body.
 * @param query the parameters as `readQuery` checked them.
 * @throws AppError `BAD_REQUEST`, `UNSUPPORTED_MEDIA_TYPE`
 */
export function readVariables(operation: RestOperation, exchange: Exchange, query: URLSearchParams): Variables {
  const { ifMatch, input } = operation;
  const { headers, url } = exchange.request;
  const versions = ifMatch && ifMatchVersions(headers.get('if-match'));
  return {
    ...(input ? { input: readInput(exchange, input) } : {}),
    ...pathVariables(operation, url.pathname),
    ...queryVariables(operation, query),
    ...(ifMatch && versions ? { [ifMatch.name]: versions } : {}),
  };
}

/**
 * Reads a JSON body into the fields of an input; others are ignored. An absent field, `null` and an unknown enum value go on to
 * the rules.
 */
function readInput({ request, body }: Exchange, type: GraphQLInputObjectType): Variables {
  if (!body) throw new AppError('BAD_REQUEST', { message: 'The body must be a JSON object.' });
  if (!isJson(request.headers.get('content-type'))) throw new AppError('UNSUPPORTED_MEDIA_TYPE');
  const sent = parseJson(body);
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent))
    throw new AppError('BAD_REQUEST', { message: 'The body must be a JSON object.' });
  const values = new Map<string, unknown>(Object.entries(sent));
  const fields = Object.keys(type.getFields()).filter((name) => values.has(name));
  // Every field of every input is text, or an enum that REST spells as text.
  const faults: FieldFault[] = fields
    .filter((name) => values.get(name) !== null && typeof values.get(name) !== 'string')
    .map((field) => ({ field, error: `${field} must be a string` }));
  if (faults.length > 0) throw fieldError('BAD_REQUEST', faults);
  return Object.fromEntries(fields.map((name) => [name, values.get(name)]));
}
