import {
  type GraphQLInputObjectType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLType,
  getNamedType,
  isInputObjectType,
  isNullableType,
  isObjectType,
} from 'graphql';
import type { z } from 'zod';
import { camelCase } from '../rest/names.js';
import type { RestOperation } from '../rest/operation.js';
import { type InputExtensions, isAbsentWhenNull, isOptional } from '../rest/view.js';
import { deprecatedFlag, describe } from './description.js';
import { errorObject, problemObject } from './error-schemas.js';
import {
  documentExtensions,
  enumValues,
  isComponent,
  type JsonSchema,
  orNull,
  ruleSchema,
  schemaObject,
} from './schema-object.js';

/** Builds `components.schemas`: every named type that an operation accepts or returns, and the two shapes of an error. */
export function componentSchemas(operations: readonly RestOperation[]): JsonSchema {
  const types = new Set<GraphQLNamedType>();
  for (const { field } of operations) for (const { type } of [...field.args, field]) collectComponents(type, types);
  const schemas = Object.fromEntries([...types].map((type) => [type.name, componentSchema(type)]));
  return { ...schemas, Error: errorObject, Problem: problemObject };
}

/** Adds a type, and every type reachable from it, to `types`. */
function collectComponents(type: GraphQLType, types: Set<GraphQLNamedType>): void {
  const named = getNamedType(type);
  if (types.has(named) || !isComponent(named)) return;
  types.add(named);
  if (isObjectType(named) || isInputObjectType(named))
    for (const field of Object.values(named.getFields())) collectComponents(field.type, types);
}

function componentSchema(type: GraphQLNamedType): JsonSchema {
  if (isObjectType(type)) return outputSchema(type);
  if (isInputObjectType(type)) return inputSchema(type);
  return { type: 'string', description: describe(type), enum: enumValues(type) };
}

// Left open to more properties: a new field must not break clients that were generated from an earlier document. Our tests
// close the schemas before they validate responses.
function outputSchema(type: GraphQLObjectType): JsonSchema {
  const fields = Object.values(type.getFields());
  const properties = fields.map((field) => {
    const value = { ...schemaObject(field.type), ...documentExtensions(field).jsonSchema };
    const description = isOptional(field) ? `${describe(field)} Omitted if \`${field.name}=false\`.` : describe(field);
    const isNullable = isNullableType(field.type) && !isAbsentWhenNull(field);
    return [field.name, { ...(isNullable ? orNull(value) : value), description, ...deprecatedFlag(field) }];
  });
  return {
    type: 'object',
    description: describe(type),
    required: fields.filter((field) => !isOptional(field) && !isAbsentWhenNull(field)).map(({ name }) => name),
    properties: Object.fromEntries(properties),
  };
}

// GraphQL has one notion for absent and null; the validation rule tells them apart.
function inputSchema(type: GraphQLInputObjectType): JsonSchema {
  const { shape } = documentExtensions(type).rule as z.ZodObject;
  const fields = Object.values(type.getFields());
  const required = fields.filter(({ extensions }) => (extensions as Partial<InputExtensions>).required).map(({ name }) => name);
  const properties = fields.map((field) => {
    const { value, nullable } = ruleSchema(shape[camelCase(field.name)] as z.ZodType | undefined);
    const typeSchema = schemaObject(field.type);
    const schema = isComponent(getNamedType(field.type)) ? typeSchema : { ...typeSchema, ...value };
    return [field.name, { ...(nullable ? orNull(schema) : schema), description: describe(field), ...deprecatedFlag(field) }];
  });
  return {
    type: 'object',
    description: describe(type),
    ...(required.length > 0 ? { required } : {}),
    properties: Object.fromEntries(properties),
  };
}
