import { type GraphQLField, getNamedType } from 'graphql';

/** Marks an object type, as its `extensions`, whose values carry tokens: responses with it must not be stored. */
export interface TokenExtension {
  readonly hasTokens?: true;
}

/** Marks a root field, as its `extensions`, that takes the refresh token from a cookie. */
export interface RefreshCookieExtension {
  readonly takesRefreshToken?: true;
}

/** Whether a root field takes the refresh token from a cookie. */
export const takesRefreshToken = ({ extensions }: GraphQLField<unknown, unknown>): boolean =>
  (extensions as RefreshCookieExtension).takesRefreshToken === true;

/** Whether a root field returns tokens. */
export const returnsTokens = (field: GraphQLField<unknown, unknown>): boolean =>
  (getNamedType(field.type).extensions as TokenExtension).hasTokens === true;
