import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import PrismaPlugin from '@pothos/plugin-prisma';
import { GraphQLError } from 'graphql';
import type { z } from 'zod';
import type { ErrorCode } from '../core/error-catalogue.js';
import type { Moment } from '../db/moments.js';
import type PrismaTypes from '../generated/pothos-types.js';
import { getDatamodel } from '../generated/pothos-types.js';
import type { Context } from './context.js';
import './public-fields.js';

/** How a field differs in the REST view (`rest/view.ts`); without it a field is the same in both APIs. */
export interface RestExtension {
  /**
   * `omit` leaves it out, `integer` shows an `ID` as a number, `if-match` takes an argument from `If-Match`; `optional` lets
   * a client omit an expensive field by a query parameter of its name (`?total=false`); `absent-when-null` omits a null field from
   * the response.
   */
  readonly rest?: 'omit' | 'integer' | 'if-match' | 'if-none-match' | 'optional' | 'absent-when-null';
  /** The name of the argument that `If-None-Match` stands for, beside an argument with `if-match`. GraphQL does not have it. */
  readonly ifNoneMatch?: string;
  /** What the parameter of an `optional` field does. */
  readonly parameter?: string;
}

/** What the OpenAPI document tells beside names, types and descriptions (`openapi/`), as `extensions`. */
export interface DocumentExtensions {
  /** JSON Schema keywords that narrow a scalar, a field or an argument. */
  readonly jsonSchema?: Readonly<Record<string, unknown>>;
  /** The rule that an input object or an argument is held against. */
  readonly rule?: z.ZodType;
  /** The example of a type, by the names of GraphQL, or of an argument. */
  readonly example?: object | string | number;
  /** The errors that are a root field's own; those that follow from its arguments and its route are known. */
  readonly errors?: readonly ErrorCode[];
  /** Header fields that only some successful responses of a root field have. */
  readonly optionalHeaders?: readonly ('Set-Cookie' | 'X-CSRF-Token')[];
}

/** When a deprecated root field was deprecated and when it goes, beside its `deprecationReason`, as `extensions`. */
export interface DeprecationExtension {
  /** Dates as RFC 3339 has them, such as `2026-01-01`: midnight in UTC. */
  readonly deprecation?: { readonly since: string; readonly sunset?: string };
}

/** Rows come from Prisma and from SQL of our own, which represent a point in time differently. */
type WithMoments<Shape> = { [Key in keyof Shape]: Date extends Shape[Key] ? Exclude<Shape[Key], Date> | Moment : Shape[Key] };
type ModelTypes = {
  [Model in keyof PrismaTypes]: Omit<PrismaTypes[Model], 'Shape'> & { Shape: WithMoments<PrismaTypes[Model]['Shape']> };
};

/** JSON writes a control character in six bytes: a point of complexity stands for at most 600 bytes of text. */
const charactersPerPoint = 100;

/** The complexity of a text field: what its longest value adds to a response. @param maxLength in code points. */
export const textComplexity = (maxLength: number): number => Math.ceil(maxLength / charactersPerPoint);

/** What every noun's `schema.ts` is written with. */
export const builder = new SchemaBuilder<{
  Context: Context;
  PrismaTypes: ModelTypes;
  DefaultFieldNullability: false;
  Scalars: { DateTime: { Input: string; Output: Moment }; ID: { Input: string; Output: string | number } };
}>({
  plugins: ['publicFields', PrismaPlugin, ComplexityPlugin],
  defaultFieldNullability: false,
  prisma: { client: ({ prisma }) => prisma, dmmf: getDatamodel(), onUnusedQuery: 'error' },
  // Counted before execution instead (graphql/limits.ts), so that a rejected document is a 400 without partial data.
  complexity: { disabled: true, defaultComplexity: 1, defaultListMultiplier: 1 },
});

/** What the builder knows of the types, for functions that build fields or types. */
export type BuilderTypes = typeof builder.$inferSchemaTypes;

builder.queryType({ description: 'What can be read.' });
builder.mutationType({ description: 'What can be changed.' });
builder.scalarType('DateTime', {
  description: 'A point in time, as RFC 3339 in UTC with milliseconds: `2025-12-14T10:00:00.000Z`.',
  extensions: { jsonSchema: { type: 'string', format: 'date-time' } },
  // Rows of `Database.query` hold RFC 3339 text already.
  serialize: (moment) => (typeof moment === 'string' ? moment : moment.toISOString()),
  // The rule of an input checks the form, so that both APIs refuse it with the same error.
  parseValue: (value) => {
    if (typeof value !== 'string') throw new GraphQLError('DateTime must be a string');
    return value;
  },
});
