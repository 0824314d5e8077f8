import { type GraphQLField, getNamedType } from 'graphql';

/** Marks an object type, as its `extensions`, whose values carry tokens: responses with it must not be stored. */
export interface TokenExtension {
  readonly hasTokens?: true;
}

/** Whether a root field returns tokens. */
export const returnsTokens = (field: GraphQLField<unknown, unknown>): boolean =>
  (getNamedType(field.type).extensions as TokenExtension).hasTokens === true;
