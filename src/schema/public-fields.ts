import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import type { GraphQLField, GraphQLFieldResolver } from 'graphql';
import type { Scope } from '../accounts/api-tokens/scopes.js';
import { insufficientScope } from '../core/identity.js';
import { type Context, viewerOf } from './context.js';

declare global {
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      publicFields: PublicFields<Types>;
    }
    interface RootFieldOptions {
      /** Opens this root field to clients that are not signed in. */
      public?: true;
    }
    interface FieldOptions<
      Types extends SchemaTypes = SchemaTypes,
      ParentShape = unknown,
      Type extends import('@pothos/core').TypeParam<Types> = import('@pothos/core').TypeParam<Types>,
      Nullable extends import('@pothos/core').FieldNullability<Type> = import('@pothos/core').FieldNullability<Type>,
      Args extends import('@pothos/core').InputFieldMap = import('@pothos/core').InputFieldMap,
      ResolveShape = unknown,
      ResolveReturnShape = unknown,
    > {
      /**
       * Opens this field to personal API tokens with this scope. They are refused by every other root field that is not public,
       * and by every other field of a row that returns objects.
       */
      scope?: Scope;
    }
    interface QueryFieldOptions<
      Types extends SchemaTypes,
      Type extends import('@pothos/core').TypeParam<Types>,
      Nullable extends import('@pothos/core').FieldNullability<Type>,
      Args extends import('@pothos/core').InputFieldMap,
      ResolveReturnShape,
    > extends RootFieldOptions {}
    interface MutationFieldOptions<
      Types extends SchemaTypes,
      Type extends import('@pothos/core').TypeParam<Types>,
      Nullable extends import('@pothos/core').FieldNullability<Type>,
      Args extends import('@pothos/core').InputFieldMap,
      ResolveReturnShape,
    > extends RootFieldOptions {}
    interface SubscriptionFieldOptions<
      Types extends SchemaTypes,
      Type extends import('@pothos/core').TypeParam<Types>,
      Nullable extends import('@pothos/core').FieldNullability<Type>,
      Args extends import('@pothos/core').InputFieldMap,
      ResolveShape,
      ResolveReturnShape,
    > extends RootFieldOptions {}
  }
}

/** What a field says about who may read it, as its options. */
interface Options {
  readonly public?: true;
  readonly scope?: Scope;
}

type Resolver<Types extends SchemaTypes> = GraphQLFieldResolver<unknown, Types['Context'], object>;
type FieldConfig<Types extends SchemaTypes> = PothosOutputFieldConfig<Types>;

/**
 * A root field of any operation type needs a signed-in user unless it says `public: true`, and refuses personal API tokens unless
 * it names their `scope`. So does a field that leads from a row to other objects.
 */
class PublicFields<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(resolve: Resolver<Types>, config: FieldConfig<Types>): Resolver<Types> {
    return this.#isProtected(config) ? requireViewer(resolve, config) : resolve;
  }

  override wrapSubscribe(subscribe: Resolver<Types> | undefined, config: FieldConfig<Types>) {
    return subscribe && this.#isProtected(config) ? requireViewer(subscribe, config) : subscribe;
  }

  #isProtected({ kind, type, parentType, pothosOptions }: FieldConfig<Types>): boolean {
    if (kind === 'Query' || kind === 'Mutation' || kind === 'Subscription') return !(pothosOptions as Options).public;
    const { kind: typeKind } = type.kind === 'List' ? type.type : type;
    if (typeKind === 'Scalar' || typeKind === 'Enum') return (pothosOptions as Options).scope !== undefined;
    // Such as the owner of a task: it reads more than the operation's own rows.
    return this.buildCache.getTypeConfig(parentType).extensions?.pothosPrismaModel !== undefined;
  }
}

const requireViewer = <Types extends SchemaTypes>(resolve: Resolver<Types>, config: FieldConfig<Types>): Resolver<Types> => {
  const { scope } = config.pothosOptions as Options;
  return (parent, args, context, info) => {
    checkAccess(context as Context, scope);
    return resolve(parent, args, context, info);
  };
};

function checkAccess(context: Context, scope: Scope | undefined): void {
  const viewer = viewerOf(context);
  if (!('apiToken' in viewer) || (scope !== undefined && viewer.apiToken.scopes.includes(scope))) return;
  throw insufficientScope(scope);
}

SchemaBuilder.registerPlugin('publicFields', PublicFields);

const optionsOf = ({ extensions }: GraphQLField<unknown, unknown>) => (extensions.pothosOptions ?? {}) as Options;

/** Whether a root field is open to clients that are not signed in. */
export const isPublic = (field: GraphQLField<unknown, unknown>): boolean => optionsOf(field).public === true;

/** The scope with which personal API tokens may use a root field; undefined when they may not. */
export const scopeOf = (field: GraphQLField<unknown, unknown>): Scope | undefined => optionsOf(field).scope;

/**
 * Decides whether a request may use a root field.
 * @throws AppError `UNAUTHENTICATED`, `FORBIDDEN` for a personal API token without its scope, and as `viewerOf`.
 */
export function authorize(field: GraphQLField<unknown, unknown>, context: Context): void {
  if (!isPublic(field)) checkAccess(context, scopeOf(field));
}
