import { type GraphQLInputField, type GraphQLInputObjectType, getNullableType, isListType } from 'graphql';
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
  const { ifMatch, input, isInputRequired } = operation;
  const { headers, url } = exchange.request;
  const versions = ifMatch && ifMatchVersions(headers.get('if-match'));
  return {
    ...(input && (exchange.body || isInputRequired) ? { input: readInput(exchange, input, isInputRequired) } : {}),
    ...pathVariables(operation, url.pathname),
    ...queryVariables(operation, query),
    ...(ifMatch && versions ? { [ifMatch.name]: versions } : {}),
  };
}

/**
 * Reads a JSON body into the fields of an input; others are ignored. An absent field, `null` and an unknown enum value go on to
 * the rules.
 * @returns null when the body is `null` and the input is optional.
 */
function readInput({ request, body }: Exchange, type: GraphQLInputObjectType, isRequired: boolean): Variables | null {
  if (!body) throw new AppError('BAD_REQUEST', { message: 'The body must be a JSON object.' });
  if (!isJson(request.headers.get('content-type'))) throw new AppError('UNSUPPORTED_MEDIA_TYPE');
  const sent = parseJson(body);
  if (sent === null && !isRequired) return null;
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent))
    throw new AppError('BAD_REQUEST', { message: 'The body must be a JSON object.' });
  const values = new Map<string, unknown>(Object.entries(sent));
  const fields = Object.values(type.getFields()).filter(({ name }) => values.has(name));
  const faults = fields.flatMap((field): FieldFault[] => {
    const error = typeError(field, values.get(field.name));
    return error ? [{ field: field.name, error }] : [];
  });
  if (faults.length > 0) throw fieldError('BAD_REQUEST', faults);
  return Object.fromEntries(fields.map(({ name }) => [name, values.get(name)]));
}

const isText = (value: unknown): boolean => typeof value === 'string';

/** Every field of every input is text, an enum that REST spells as text, or a list of such. */
function typeError({ name, type }: GraphQLInputField, value: unknown): string | undefined {
  if (value === null) return undefined;
  if (!isListType(getNullableType(type))) return isText(value) ? undefined : `${name} must be a string`;
  return Array.isArray(value) && value.every(isText) ? undefined : `${name} must be a list of strings`;
}
