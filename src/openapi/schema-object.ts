import {
  type GraphQLArgument,
  type GraphQLNamedType,
  type GraphQLType,
  getNamedType,
  getNullableType,
  isListType,
  isScalarType,
} from 'graphql';
import { z } from 'zod';
import type { EnumExtensions } from '../rest/view.js';
import type { DocumentExtensions } from '../schema/builder.js';

/** A Schema Object: JSON Schema 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const scalars: Readonly<Record<string, JsonSchema>> = {
  String: { type: 'string' },
  ID: { type: 'string' },
  Int: { type: 'integer' },
  Float: { type: 'number' },
  Boolean: { type: 'boolean' },
};

/** Returns what the schema's `extensions` say about a type, field or argument for this document. */
export const documentExtensions = ({ extensions }: { extensions: object }) => extensions as DocumentExtensions;

/** Returns the REST values of a type that is an enum in GraphQL; undefined for any other type. */
export const enumValues = (type: GraphQLNamedType) => (type.extensions as Partial<EnumExtensions>).enum;

/** Whether a type has an entry of its own under `components.schemas`. */
export const isComponent = (type: GraphQLNamedType): boolean => !isScalarType(type) || enumValues(type) !== undefined;

/** Returns the schema of a type's values, ignoring null; a reference for a type with an entry of its own. */
export function schemaObject(type: GraphQLType): JsonSchema {
  const nullable = getNullableType(type);
  if (isListType(nullable)) return { type: 'array', items: schemaObject(nullable.ofType) };
  const named = getNamedType(nullable);
  if (isComponent(named)) return { $ref: `#/components/schemas/${named.name}` };
  return { ...scalars[named.name], ...documentExtensions(named).jsonSchema };
}

/** Returns the schema of a parameter, which may be absent but never null. */
export const parameterSchema = (arg: GraphQLArgument): JsonSchema => ({
  ...schemaObject(arg.type),
  ...ruleSchema(documentExtensions(arg).rule).value,
  ...documentExtensions(arg).jsonSchema,
});

/** Returns a schema that accepts null, too. */
export const orNull = (schema: JsonSchema): JsonSchema =>
  'type' in schema ? { ...schema, type: [schema.type, 'null'] } : { anyOf: [schema, { type: 'null' }] };

/** Returns the values that a validation rule accepts as JSON Schema, and whether it accepts null. */
export function ruleSchema(rule: z.ZodType | undefined): { value: JsonSchema; nullable: boolean } {
  if (!rule) return { value: {}, nullable: false };
  const { $schema, ...schema } = z.toJSONSchema(rule, { io: 'input' });
  return schema.anyOf ? { value: schema.anyOf[0] as JsonSchema, nullable: true } : { value: schema, nullable: false };
}
