import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import type { GraphQLField, GraphQLFieldResolver } from 'graphql';
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

type Options = { readonly public?: true };
type Resolver<Types extends SchemaTypes> = GraphQLFieldResolver<unknown, Types['Context'], object>;

/** A root field of any operation type needs a signed-in user unless it says `public: true`. */
class PublicFields<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(resolve: Resolver<Types>, config: PothosOutputFieldConfig<Types>): Resolver<Types> {
    return isProtected(config) ? requireViewer(resolve) : resolve;
  }

  override wrapSubscribe(subscribe: Resolver<Types> | undefined, config: PothosOutputFieldConfig<Types>) {
    return subscribe && isProtected(config) ? requireViewer(subscribe) : subscribe;
  }
}

const isProtected = <Types extends SchemaTypes>({ kind, pothosOptions }: PothosOutputFieldConfig<Types>): boolean =>
  (kind === 'Query' || kind === 'Mutation' || kind === 'Subscription') && (pothosOptions as Options).public !== true;

const requireViewer =
  <Types extends SchemaTypes>(resolve: Resolver<Types>): Resolver<Types> =>
  (parent, args, context, info) => {
    viewerOf(context as Context);
    return resolve(parent, args, context, info);
  };

SchemaBuilder.registerPlugin('publicFields', PublicFields);

/** Whether a root field is open to clients that are not signed in. */
export const isPublic = (field: GraphQLField<unknown, unknown>): boolean =>
  (field.extensions.pothosOptions as Options | undefined)?.public === true;
