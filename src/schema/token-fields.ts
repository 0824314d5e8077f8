import { type GraphQLField, getNamedType } from 'graphql';
import type { GuardedOperation } from '../http/csrf.js';
import { isPublic } from './public-fields.js';

/** Marks an object type, as its `extensions`, whose values carry tokens: responses with it must not be stored. */
export interface TokenExtension {
  readonly hasTokens?: true;
}

/** Marks a root field, as its `extensions`, that takes the refresh token from a cookie. */
export interface RefreshCookieExtension {
  readonly takesRefreshToken?: true;
}

/** Whether a root field takes the refresh token from a cookie. */
const takesRefreshToken = ({ extensions }: GraphQLField<unknown, unknown>): boolean =>
  (extensions as RefreshCookieExtension).takesRefreshToken === true;

/** Whether a root field returns tokens. */
export const returnsTokens = (field: GraphQLField<unknown, unknown>): boolean =>
  (getNamedType(field.type).extensions as TokenExtension).hasTokens === true;

/** What an operation does, by its root fields, as far as the protection of cookies depends on it. */
export const guardedOperation = (fields: readonly GraphQLField<unknown, unknown>[], isWrite: boolean): GuardedOperation => ({
  isWrite,
  isPublic: fields.every(isPublic),
  returnsTokens: fields.some(returnsTokens),
  takesRefreshToken: fields.some(takesRefreshToken),
});
