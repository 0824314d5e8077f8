import { type GraphQLInputField, type GraphQLInputObjectType, getNullableType, isListType } from 'graphql';
import { AppError, type FieldError, inputError, labelOf } from '../core/errors.js';
import type { Exchange } from '../http/exchange.js';
import { isJson, parseJson } from '../http/json-body.js';
import type { RestOperation } from './operation.js';
import { pathVariables, queryVariables } from './parameters.js';
import { versionPreconditions } from './preconditions.js';

type Values = Readonly<Record<string, unknown>>;

/**
 * Reads the variables of an operation from a request. Each argument has one source: the body, the path, the query, `If-Match` or
 * `If-None-Match`. A query parameter never stands in for a field of the body.
 * @param query the parameters, which `readQuery` has checked.
 * @throws AppError `UNSUPPORTED_MEDIA_TYPE` when the body's type is not JSON; `BAD_REQUEST` when the body is not a JSON object, a
 *   field has the wrong type, or `If-Match`, `If-None-Match` or a parameter of the path is malformed.
 */
export function readVariables(operation: RestOperation, exchange: Exchange, query: URLSearchParams): Values {
  const { ifMatch, ifNoneMatch, input: inputType, isInputRequired } = operation;
  const { headers, url } = exchange.request;
  const { matching, excluded } = ifMatch ? versionPreconditions(headers) : {};
  const hasInput = inputType && (exchange.body || isInputRequired);
  return {
    ...(hasInput ? { input: readInput(exchange, inputType, isInputRequired) } : {}),
    ...pathVariables(operation, url.pathname),
    ...queryVariables(operation, query),
    ...(ifMatch && matching ? { [ifMatch.name]: matching } : {}),
    ...(ifNoneMatch && excluded ? { [ifNoneMatch.name]: excluded } : {}),
  };
}

/**
 * Reads the fields of an input from a JSON body. Unknown fields of the body are ignored. Absent fields, `null` and unknown enum
 * values are not errors here: the rules of the service report them with all others.
 * @returns null when the body is `null` and the input is optional.
 */
function readInput({ request, body }: Exchange, type: GraphQLInputObjectType, isInputRequired: boolean): Values | null {
  if (!body) throw notAnObject();
  if (!isJson(request.headers.get('content-type'))) throw new AppError('UNSUPPORTED_MEDIA_TYPE');
  const json = parseJson(body);
  if (json === null && !isInputRequired) return null;
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw notAnObject();
  // A map has no inherited names, such as `constructor`.
  const values = new Map<string, unknown>(Object.entries(json));
  const fields = Object.values(type.getFields()).filter(({ name }) => values.has(name));
  const faults = fields.flatMap((field): FieldError[] => {
    const error = typeError(field, values.get(field.name));
    return error ? [{ field: field.name, error }] : [];
  });
  if (faults.length > 0) throw inputError('BAD_REQUEST', faults);
  return Object.fromEntries(fields.map(({ name }) => [name, values.get(name)]));
}

const notAnObject = (): AppError => new AppError('BAD_REQUEST', { message: 'The body must be a JSON object.' });

const isString = (value: unknown): boolean => typeof value === 'string';

/** Says what is wrong with the type of a field's value. Each field of an input is a string, an enum or a list of them. */
function typeError({ name, type }: GraphQLInputField, value: unknown): string | undefined {
  if (value === null) return undefined;
  if (isListType(getNullableType(type)))
    return Array.isArray(value) && value.every(isString) ? undefined : `${labelOf(name)} must be a list of strings`;
  return isString(value) ? undefined : `${labelOf(name)} must be a string`;
}
