import {
  type GraphQLArgument,
  type GraphQLInputObjectType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLType,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  isNullableType,
  isObjectType,
  isScalarType,
} from 'graphql';
import { z } from 'zod';
import { camelCase, snakeCase } from '../rest/names.js';
import type { Operation } from '../rest/operation.js';
import { type EnumExtensions, type InputExtensions, isOptional } from '../rest/view.js';
import type { DocumentExtensions } from '../schema/builder.js';
import { errorShape, problemShape } from './error-schemas.js';

type JsonSchema = Readonly<Record<string, unknown>>;

const scalars: Readonly<Record<string, JsonSchema>> = {
  String: { type: 'string' },
  ID: { type: 'string' },
  Int: { type: 'integer' },
  Float: { type: 'number' },
  Boolean: { type: 'boolean' },
};

const extensionsOf = ({ extensions }: { extensions: object }) => extensions as DocumentExtensions;
const enumOf = (type: GraphQLNamedType) => (type.extensions as Partial<EnumExtensions>).enum;
const isComponent = (type: GraphQLNamedType) => !isScalarType(type) || enumOf(type) !== undefined;

/** What the schema says of something in words. */
interface Described {
  readonly description?: string | null;
  readonly deprecationReason?: string | null;
}

/** What a description says, and why not to use it any more, with names as REST has them. */
export function restText({ description, deprecationReason }: Described): string {
  const text = deprecationReason == null ? [description] : [description, `Deprecated: ${deprecationReason}`];
  return text.join(' ').replaceAll(/`[a-z]\w*`/g, snakeCase);
}

/** The flag of what is deprecated, where it is. */
export const deprecated = ({ deprecationReason }: Described) => (deprecationReason == null ? {} : { deprecated: true });

/** The schema of a type's values, null left aside: a reference for what has a name of its own. */
export function schemaOf(type: GraphQLType): JsonSchema {
  const nullable = getNullableType(type);
  if (isListType(nullable)) return { type: 'array', items: schemaOf(nullable.ofType) };
  const named = getNamedType(nullable);
  if (isComponent(named)) return { $ref: `#/components/schemas/${named.name}` };
  return { ...scalars[named.name], ...extensionsOf(named).jsonSchema };
}

/** The schema of a parameter: it is never null, only absent. */
export const parameterSchema = (arg: GraphQLArgument): JsonSchema => ({
  ...schemaOf(arg.type),
  ...ruleSchema(extensionsOf(arg).rule).value,
  ...extensionsOf(arg).jsonSchema,
});

const orNull = (schema: JsonSchema): JsonSchema =>
  'type' in schema ? { ...schema, type: [schema.type, 'null'] } : { anyOf: [schema, { type: 'null' }] };

/** What a rule takes, in JSON Schema's words. */
function ruleSchema(rule: z.ZodType | undefined): { value: JsonSchema; nullable: boolean } {
  if (!rule) return { value: {}, nullable: false };
  const { $schema, ...schema } = z.toJSONSchema(rule, { io: 'input' });
  return schema.anyOf ? { value: schema.anyOf[0] as JsonSchema, nullable: true } : { value: schema, nullable: false };
}

function objectSchema(type: GraphQLObjectType): JsonSchema {
  const properties = Object.values(type.getFields()).map((field) => {
    const value = { ...schemaOf(field.type), ...extensionsOf(field).jsonSchema };
    const description = isOptional(field) ? `${restText(field)} Absent with \`${field.name}=false\`.` : restText(field);
    return [field.name, { ...(isNullableType(field.type) ? orNull(value) : value), description, ...deprecated(field) }];
  });
  return {
    type: 'object',
    description: restText(type),
    required: Object.values(type.getFields())
      .filter((field) => !isOptional(field))
      .map(({ name }) => name),
    additionalProperties: false,
    properties: Object.fromEntries(properties),
  };
}

// GraphQL cannot tell what may be absent from what may be null; the rule can.
function inputSchema(type: GraphQLInputObjectType): JsonSchema {
  const { shape } = extensionsOf(type).rule as z.ZodObject;
  const fields = Object.values(type.getFields());
  const required = fields.filter(({ extensions }) => (extensions as Partial<InputExtensions>).required).map(({ name }) => name);
  const properties = fields.map((field) => {
    const { value, nullable } = ruleSchema(shape[camelCase(field.name)] as z.ZodType | undefined);
    const schema = isComponent(getNamedType(field.type)) ? schemaOf(field.type) : { ...schemaOf(field.type), ...value };
    return [field.name, { ...(nullable ? orNull(schema) : schema), description: restText(field), ...deprecated(field) }];
  });
  return {
    type: 'object',
    description: restText(type),
    ...(required.length > 0 ? { required } : {}),
    properties: Object.fromEntries(properties),
  };
}

function componentSchema(type: GraphQLNamedType): JsonSchema {
  if (isObjectType(type)) return objectSchema(type);
  if (isInputObjectType(type)) return inputSchema(type);
  return { type: 'string', description: restText(type), enum: enumOf(type) };
}

/** Finds every type that has a name of its own and can be met from a type. */
function collect(type: GraphQLType, found: Set<GraphQLNamedType>): void {
  const named = getNamedType(type);
  if (found.has(named) || !isComponent(named)) return;
  found.add(named);
  if (isObjectType(named) || isInputObjectType(named))
    for (const field of Object.values(named.getFields())) collect(field.type, found);
}

/** Every type that an operation takes or answers: the Components Object's `schemas`. */
export function documentSchemas(operations: readonly Operation[]): JsonSchema {
  const types = new Set<GraphQLNamedType>();
  for (const { field } of operations) for (const { type } of [...field.args, field]) collect(type, types);
  const schemas = Object.fromEntries([...types].map((type) => [type.name, componentSchema(type)]));
  return { ...schemas, Error: errorShape, Problem: problemShape };
}
