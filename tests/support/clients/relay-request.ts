import {
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  getNullableType,
  isLeafType,
  isListType,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionSetNode,
  valueFromASTUntyped,
  visit,
} from 'graphql';
import type {
  ConcreteRequest,
  NormalizationArgument,
  NormalizationSelection,
  ReaderLinkedField,
  ReaderSelection,
} from 'relay-runtime';
import { schema } from '../../../src/schema/root.js';

/**
 * Makes of a document what `relay-compiler` makes of it, for what the tests need: one operation of plain fields, on
 * which `@connection(key: …)` collects the pages of a connection.
 */
export function concreteRequest(source: string): ConcreteRequest {
  const document = parse(source);
  const operation = document.definitions[0] as OperationDefinitionNode;
  const root = schema.getRootType(operation.operation) as GraphQLObjectType;
  const name = operation.name?.value ?? 'Anonymous';
  const argumentDefinitions = (operation.variableDefinitions ?? []).map(({ variable }) => ({
    kind: 'LocalArgument' as const,
    name: variable.name.value,
    defaultValue: null,
  }));
  // The server knows nothing of Relay's directive.
  const text = print(visit(document, { Directive: () => null }));
  const { reader, normalization } = select(root, operation.selectionSet);
  return {
    kind: 'Request',
    fragment: { kind: 'Fragment', name, type: root.name, metadata: null, argumentDefinitions, selections: reader },
    operation: { kind: 'Operation', name, argumentDefinitions, selections: normalization },
    params: { id: null, cacheID: text, text, name, operationKind: operation.operation as 'query' | 'mutation', metadata: {} },
  };
}

interface Selections {
  readonly reader: readonly ReaderSelection[];
  readonly normalization: readonly NormalizationSelection[];
}

function select(parent: GraphQLObjectType, { selections }: SelectionSetNode): Selections {
  const fields = selections.filter((selection) => selection.kind === Kind.FIELD).map((field) => selectField(parent, field));
  return { reader: fields.flatMap(({ reader }) => reader), normalization: fields.flatMap((field) => field.normalization) };
}

function selectField(parent: GraphQLObjectType, field: FieldNode): Selections {
  const name = field.name.value;
  const type: GraphQLOutputType | undefined = parent.getFields()[name]?.type;
  const named = type && getNamedType(type);
  const common = { alias: field.alias?.value ?? null, name, args: argumentsOf(field), storageKey: null };
  if (!named || isLeafType(named) || !field.selectionSet) {
    const scalar = { ...common, kind: 'ScalarField' as const };
    return { reader: [scalar], normalization: [scalar] };
  }
  const inner = select(named as GraphQLObjectType, field.selectionSet);
  const linked = {
    ...common,
    kind: 'LinkedField' as const,
    concreteType: named.name,
    plural: isListType(getNullableType(type)),
  };
  const key = connectionKey(field);
  const reader: ReaderLinkedField = { ...linked, selections: inner.reader };
  const normalization = { ...linked, selections: inner.normalization };
  if (key === undefined) return { reader: [reader], normalization: [normalization] };
  return {
    reader: [{ ...reader, alias: linked.alias ?? name, name: `__${key}_connection`, args: null }],
    normalization: [
      normalization,
      { kind: 'LinkedHandle', alias: null, name, args: common.args, handle: 'connection', key, filters: [] },
    ],
  };
}

const argumentsOf = ({ arguments: given = [] }: FieldNode): NormalizationArgument[] =>
  given.map(({ name: { value: name }, value }) =>
    value.kind === Kind.VARIABLE
      ? { kind: 'Variable', name, variableName: value.name.value }
      : { kind: 'Literal', name, value: valueFromASTUntyped(value) },
  );

function connectionKey({ directives = [] }: FieldNode): string | undefined {
  const value = directives.find(({ name }) => name.value === 'connection')?.arguments?.[0]?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}
