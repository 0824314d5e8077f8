import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import type { GraphQLField, GraphQLFieldResolver } from 'graphql';
import { type Context, viewerOf } from './context.js';

declare global {
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      denyByDefault: DenyByDefault<Types>;
    }
    interface QueryFieldOptions<
      Types extends SchemaTypes,
      Type extends import('@pothos/core').TypeParam<Types>,
      Nullable extends import('@pothos/core').FieldNullability<Type>,
      Args extends import('@pothos/core').InputFieldMap,
      ResolveReturnShape,
    > {
      /** Opens this root field to people who are not signed in. */
      forAnyone?: true;
    }
    interface MutationFieldOptions<
      Types extends SchemaTypes,
      Type extends import('@pothos/core').TypeParam<Types>,
      Nullable extends import('@pothos/core').FieldNullability<Type>,
      Args extends import('@pothos/core').InputFieldMap,
      ResolveReturnShape,
    > {
      /** Opens this root field to people who are not signed in. */
      forAnyone?: true;
    }
  }
}

/** A root field is for signed-in people unless it says `forAnyone`. */
class DenyByDefault<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(resolve: GraphQLFieldResolver<unknown, Types['Context'], object>, config: PothosOutputFieldConfig<Types>) {
    const isRoot = config.parentType === 'Query' || config.parentType === 'Mutation';
    if (!isRoot || 'forAnyone' in config.pothosOptions) return resolve;
    const guarded: typeof resolve = (parent, args, context, info) => {
      viewerOf(context as Context);
      return resolve(parent, args, context, info);
    };
    return guarded;
  }
}

SchemaBuilder.registerPlugin('denyByDefault', DenyByDefault);

/** Whether a root field is open to people who are not signed in. */
export const isForAnyone = (field: GraphQLField<unknown, unknown>): boolean =>
  (field.extensions.pothosOptions as { forAnyone?: true } | undefined)?.forAnyone === true;
