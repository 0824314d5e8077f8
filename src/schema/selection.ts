import { collectFields } from '@graphql-tools/utils';
import { type GraphQLObjectType, type GraphQLResolveInfo, getNamedType, Kind, type SelectionNode } from 'graphql';

/**
 * Whether a client selected a field of the object that is being resolved; fields that are not selected are not read.
 * @param name a field of the object, as the schema that is executed names it.
 */
export function isSelected(info: GraphQLResolveInfo, name: string): boolean {
  const { schema, fragments, variableValues: coerced, fieldNodes } = info;
  const type = getNamedType(info.returnType) as GraphQLObjectType;
  return fieldNodes.some(({ selectionSet }) => {
    if (!selectionSet) return false;
    // The usual spelling needs no more than a look.
    if (selectionSet.selections.some((node) => isDirectSelection(name, node))) return true;
    const { fields } = collectFields(schema, fragments, coerced, type, selectionSet);
    return [...fields.values()].some(([node]) => node?.name.value === name);
  });
}

const isDirectSelection = (name: string, node: SelectionNode): boolean =>
  node.kind === Kind.FIELD && node.name.value === name && !node.directives?.length;
