import { collectFields } from '@graphql-tools/utils';
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from 'graphql';
import type { Violations } from './exchange.js';

/** What one operation selects with. */
export interface Selection {
  readonly schema: GraphQLSchema;
  readonly fragments: Record<string, FragmentDefinitionNode>;
  readonly variables: Record<string, unknown>;
}

const scalars: Readonly<Record<string, (value: unknown) => boolean>> = {
  String: (value) => typeof value === 'string',
  ID: (value) => typeof value === 'string',
  Boolean: (value) => typeof value === 'boolean',
  Int: (value) => Number.isInteger(value) && Math.abs(value as number) <= 2_147_483_648,
  Float: (value) => typeof value === 'number',
  DateTime: (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value),
};

/** Holds an object against what was selected of it: these fields and no others, each of its type. */
export function objectViolations(
  { schema, fragments, variables }: Selection,
  type: GraphQLObjectType,
  nodes: readonly FieldNode[] | FieldNode['selectionSet'],
  value: Record<string, unknown>,
  path: string,
): Violations {
  const sets = Array.isArray(nodes) ? nodes.map((node) => node.selectionSet) : [nodes as FieldNode['selectionSet']];
  const selections = sets.flatMap((set) => set?.selections ?? []);
  const selectionSet = { kind: 'SelectionSet', selections } as never;
  const { fields } = collectFields(schema, fragments, variables, type, selectionSet);
  const order = [...fields.keys()];
  const unasked = Object.keys(value).filter((key) => !fields.has(key));
  return [
    ...unasked.map((key) => `${path}.${key} was not asked for`),
    ...(order.join() === Object.keys(value).join() || unasked.length > 0 ? [] : [`${path} is not in the order of the document`]),
    ...[...fields].flatMap(([key, found]) => {
      const field = fieldOf(schema, type, found[0]?.name.value ?? '');
      if (!field) return [`${path}.${key} is not in the schema`];
      if (!(key in value)) return [`${path}.${key} is missing`];
      return valueViolations({ schema, fragments, variables }, field, found, value[key], `${path}.${key}`);
    }),
  ];
}

function fieldOf(schema: GraphQLSchema, type: GraphQLObjectType, name: string): GraphQLOutputType | undefined {
  if (name === '__typename') return TypeNameMetaFieldDef.type;
  if (type === schema.getQueryType() && name === '__schema') return SchemaMetaFieldDef.type;
  if (type === schema.getQueryType() && name === '__type') return TypeMetaFieldDef.type;
  return type.getFields()[name]?.type;
}

function valueViolations(
  selection: Selection,
  type: GraphQLOutputType,
  nodes: readonly FieldNode[],
  value: unknown,
  path: string,
): Violations {
  if (isNonNullType(type))
    return value === null ? [`${path} is null`] : valueViolations(selection, type.ofType, nodes, value, path);
  if (value === null) return [];
  if (isListType(type)) {
    if (!Array.isArray(value)) return [`${path} is no list`];
    return value.flatMap((item, index) => valueViolations(selection, type.ofType, nodes, item, `${path}[${index}]`));
  }
  if (isObjectType(type)) {
    if (typeof value !== 'object') return [`${path} is no object`];
    return objectViolations(selection, type, nodes, value as Record<string, unknown>, path);
  }
  const holds = isEnumType(type)
    ? type.getValues().some(({ name }) => name === value)
    : scalars[(type as { name: string }).name]?.(value);
  return holds ? [] : [`${path} is no ${type}: ${JSON.stringify(value)}`];
}
