import {
  type GraphQLArgument,
  GraphQLBoolean,
  type GraphQLInputObjectType,
  GraphQLInt,
  type GraphQLNamedType,
  getNullableType,
} from 'graphql';
import { AppError, type FieldFault, fieldError } from '../core/errors.js';
import type { EnumExtensions } from './view.js';

const wholeNumber = /^-?\d{1,15}$/;
// GraphQL's Int: 32 bits, with one more below zero than above.
const smallestInt = -2_147_483_648;
const largestInt = 2_147_483_647;

/**
 * Reads the query parameters that an operation knows; others are ignored.
 * @returns name → value for those that were sent.
 * @throws AppError `BAD_REQUEST` for a wrong type, and for a known one that comes twice or as an object.
 */
export function readQuery(query: URLSearchParams, args: readonly GraphQLArgument[]): URLSearchParams {
  const known = new URLSearchParams();
  const faults: FieldFault[] = [];
  for (const arg of args) {
    const values = query.getAll(arg.name);
    const isNested = [...query.keys()].some((key) => key.startsWith(`${arg.name}[`));
    if (values.length > 1 || isNested)
      faults.push({ field: arg.name, error: `${arg.name} must be given once, as a plain value` });
    else if (values[0] !== undefined) {
      const fault = parameterFault(arg, values[0]);
      if (fault) faults.push({ field: arg.name, error: fault });
      known.set(arg.name, values[0]);
    }
  }
  if (faults.length > 0) throw fieldError('BAD_REQUEST', faults);
  return known;
}

function parameterFault(arg: GraphQLArgument, value: string): string | undefined {
  const type = getNullableType(arg.type);
  if (type === GraphQLInt && !(wholeNumber.test(value) && Number(value) >= smallestInt && Number(value) <= largestInt))
    return `${arg.name} must be a whole number`;
  if (type === GraphQLBoolean && value !== 'true' && value !== 'false') return `${arg.name} must be true or false`;
  const allowed = (type as Partial<GraphQLNamedType>).extensions as Partial<EnumExtensions> | undefined;
  if (allowed?.enum && !allowed.enum.includes(value)) return `${arg.name} must be one of ${allowed.enum.join(', ')}`;
  return undefined;
}

/**
 * Reads a JSON body into the fields that an operation knows; others are ignored. Rules are not held here: an absent
 * field, `null` and an unknown enum value go on to them.
 * @throws AppError `UNSUPPORTED_MEDIA_TYPE`; `BAD_REQUEST` when it is no JSON object or a value has the wrong type.
 */
export function readInput(
  contentType: string | null,
  body: Buffer | undefined,
  type: GraphQLInputObjectType,
): Record<string, unknown> {
  if (!body) throw new AppError('BAD_REQUEST', { message: 'The body must be a JSON object.' });
  if (!isJson(contentType)) throw new AppError('UNSUPPORTED_MEDIA_TYPE');
  const sent = parseJson(body);
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) {
    throw new AppError('BAD_REQUEST', { message: 'The body must be a JSON object.' });
  }
  const input: Record<string, unknown> = {};
  const faults: FieldFault[] = [];
  for (const name of Object.keys(type.getFields())) {
    if (!Object.hasOwn(sent, name)) continue;
    const value = (sent as Record<string, unknown>)[name];
    // Every field of every input is text, or an enum that REST spells as text.
    if (value !== null && typeof value !== 'string') faults.push({ field: name, error: `${name} must be a string` });
    input[name] = value;
  }
  if (faults.length > 0) throw fieldError('BAD_REQUEST', faults);
  return input;
}

/** Whether a content type is JSON's (RFC 9110 §8.3.1: case does not matter, parameters may follow). */
export const isJson = (contentType: string | null): boolean => /^application\/json *(;|$)/i.test(contentType ?? '');

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Parses a body.
 * @throws AppError `BAD_REQUEST` when it is no JSON in UTF-8 (RFC 8259 §8.1).
 */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(utf8.decode(body));
  } catch (cause) {
    throw new AppError('BAD_REQUEST', { message: 'The body is not valid JSON.', cause });
  }
}
