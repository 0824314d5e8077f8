import {
  type DocumentNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLSchema,
  getNullableType,
  isInputObjectType,
  isNonNullType,
} from 'graphql';
import type { RestExtension } from '../schema/builder.js';
import type { Route } from './routes.js';
import { isOptional } from './view.js';

/** A route with its field, and where each argument comes from. */
export interface RestOperation {
  readonly route: Route;
  readonly field: GraphQLField<unknown, unknown>;
  readonly pathArgs: readonly GraphQLArgument[];
  readonly queryArgs: readonly GraphQLArgument[];
  /** The fields of the response that a client may leave out. */
  readonly optional: readonly string[];
  /** The argument that `If-Match` stands for; undefined when the operation has no such precondition. */
  readonly ifMatch: GraphQLArgument | undefined;
  /** The same for `If-None-Match`. */
  readonly ifNoneMatch: GraphQLArgument | undefined;
  /** The type of the body; undefined when the operation reads none. */
  readonly input: GraphQLInputObjectType | undefined;
  /** Whether a request must have a body. */
  readonly isInputRequired: boolean;
}

/** A route that can be executed. */
export interface ExecutableOperation extends RestOperation {
  readonly document: DocumentNode;
}

/**
 * Finds the operation of a route.
 * @param view the schema as `restView` shows it.
 */
export function operationOf(view: GraphQLSchema, route: Route): RestOperation {
  const [type, name] = route.operation.split('.') as ['Query' | 'Mutation', string];
  const field = (type === 'Query' ? view.getQueryType() : view.getMutationType())?.getFields()[name];
  if (!field) throw new Error(`${route.operation} is in the routes but not in the schema`);
  const scalars = field.args.filter((arg) => !isInputObjectType(getNullableType(arg.type)));
  const isInPath = ({ name }: GraphQLArgument) => route.path.includes(`{${name}}`);
  const argumentOf = (rest: RestExtension['rest']) =>
    scalars.find(({ extensions }) => (extensions as RestExtension).rest === rest);
  const [ifMatch, ifNoneMatch] = [argumentOf('if-match'), argumentOf('if-none-match')];
  const inputArg = field.args.find((arg) => isInputObjectType(getNullableType(arg.type)));
  const input = inputArg && getNullableType(inputArg.type);
  return {
    route,
    field,
    pathArgs: scalars.filter(isInPath),
    queryArgs: scalars.filter((arg) => !isInPath(arg) && arg !== ifMatch && arg !== ifNoneMatch),
    optional: scalars.filter(isOptional).map(({ name }) => name),
    ifMatch,
    ifNoneMatch,
    input: isInputObjectType(input) ? input : undefined,
    isInputRequired: inputArg !== undefined && isNonNullType(inputArg.type),
  };
}
