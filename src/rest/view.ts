import { MapperKind, mapSchema, pruneSchema } from '@graphql-tools/utils';
import {
  type GraphQLArgumentConfig,
  GraphQLBoolean,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigArgumentMap,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  type GraphQLOutputType,
  GraphQLScalarType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { DocumentExtensions, RestExtension } from '../schema/builder.js';
import type { Context } from '../schema/context.js';
import { camelCase, snakeCase } from './names.js';
import type { Route } from './routes.js';

/** What the view notes on an input field for the documents: whether a client must send it. */
export interface InputExtensions {
  readonly required: boolean;
}

/** What the view notes on a type that was an enum: the spellings that REST has for it. */
export interface EnumExtensions {
  readonly enum: readonly string[];
}

/** What the view's resolvers get: the root field's value is kept as its resolver returned it, with what the view leaves out. */
export interface RestContext extends Context {
  readonly rest: { source: unknown };
}

/**
 * Shows the one schema as REST clients know it: only what has a route, names in snake_case, enum values as the
 * database spells them, no relations. The resolvers stay the same functions.
 */
export function restView(schema: GraphQLSchema, routes: readonly Route[]): GraphQLSchema {
  const operations = new Set(routes.map(({ operation }) => operation));
  const view = mapSchema(schema, {
    [MapperKind.ROOT_FIELD]: (config, name, typeName) =>
      operations.has(`${typeName}.${name}`)
        ? asRest({ ...config, args: { ...config.args, ...omitArguments(config), ...exclusionOf(config) } })
        : null,
    [MapperKind.OBJECT_FIELD]: (config, name) =>
      restMode(config) === 'omit' ? null : [snakeCase(name), { ...shownField(config), resolve: resolverOf(config, name) }],
    [MapperKind.ARGUMENT]: (config) => (restMode(config) === 'if-match' ? { ...config, type: versions } : undefined),
    // What is missing is for the rules to say, all faults at once: here every field may be absent.
    [MapperKind.INPUT_OBJECT_FIELD]: (config, name) => [
      snakeCase(name),
      {
        ...config,
        type: getNullableType(config.type),
        extensions: { required: isNonNullType(config.type) } satisfies InputExtensions,
      },
    ],
    // An enum's inside values are REST's spellings, and not all of them are GraphQL names (`-created_at`).
    [MapperKind.TYPE]: (type) =>
      isEnumType(type)
        ? new GraphQLScalarType({
            name: type.name,
            description: type.description,
            extensions: { enum: type.getValues().map(({ value }) => String(value)) } satisfies EnumExtensions,
          })
        : undefined,
  });
  // Connections lost all that led to them.
  return pruneSchema(view);
}

type Field = GraphQLFieldConfig<unknown, RestContext>;

/** Adds a boolean argument for each optional field of the response; `createOmitFields` evaluates it. */
function omitArguments({ type }: Field): GraphQLFieldConfigArgumentMap {
  const responseType = getNamedType(type);
  const fields = isObjectType(responseType) ? Object.values(responseType.getFields()) : [];
  return Object.fromEntries(
    fields.filter(isOptional).map(({ name, extensions }) => [
      snakeCase(name),
      {
        type: GraphQLBoolean,
        description: (extensions as RestExtension).parameter,
        extensions: { rest: 'optional', jsonSchema: { default: true } } satisfies RestExtension & DocumentExtensions,
      },
    ]),
  );
}

/** Whether a field may be omitted from a response, or an argument controls that. */
export const isOptional = ({ extensions }: { extensions: object }): boolean => (extensions as RestExtension).rest === 'optional';

/** Whether a field of a response is absent when it is null. */
export const isAbsentWhenNull = ({ extensions }: { extensions: object }): boolean =>
  (extensions as RestExtension).rest === 'absent-when-null';

/** The fields of a response that are absent when they are null. */
export function fieldsAbsentWhenNull(type: GraphQLOutputType): string[] {
  const named = getNamedType(type);
  const fields = isObjectType(named) ? Object.values(named.getFields()) : [];
  return fields.filter(isAbsentWhenNull).map(({ name }) => name);
}

// `If-Match` may name several (RFC 9110 §13.1.1).
const versions = new GraphQLList(new GraphQLNonNull(GraphQLInt));

/** The argument that `If-None-Match` stands for: the versions that the resource must not have. GraphQL does not have it. */
const exclusionOf = ({ args = {} }: Field): GraphQLFieldConfigArgumentMap =>
  Object.fromEntries(
    Object.values(args).flatMap(({ extensions }) => {
      const { ifNoneMatch } = (extensions ?? {}) as RestExtension;
      const rest = { rest: 'if-none-match' } satisfies RestExtension;
      return ifNoneMatch ? [[ifNoneMatch, { type: versions, extensions: rest }]] : [];
    }),
  );

const restMode = (config: Field | GraphQLArgumentConfig) => (config.extensions as RestExtension | undefined)?.rest;

const shownField = (config: Field): Field =>
  restMode(config) === 'integer' ? { ...config, type: new GraphQLNonNull(GraphQLInt) } : config;

// A field without a resolver is read from its parent by its GraphQL name.
const resolverOf = (config: Field, name: string): Field['resolve'] =>
  config.resolve ?? (snakeCase(name) === name ? undefined : (parent) => (parent as Record<string, unknown>)[name]);

/** Renames input fields to camelCase, and stores the resolver's result in `context.rest.source` for the handler. */
function asRest(config: Field): Field {
  const { resolve } = config;
  if (!resolve) return config;
  return {
    ...config,
    resolve: async (root, { input, ...args }: { input?: object }, context: RestContext, info) => {
      const inputArgument = input && { input: camelCased(input) };
      const source: unknown = await resolve(root, { ...args, ...inputArgument }, context, info);
      context.rest.source = source;
      return source;
    },
  };
}

const camelCased = (input: object) => Object.fromEntries(Object.entries(input).map(([name, value]) => [camelCase(name), value]));
