import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLSchema,
  getNullableType,
  isInputObjectType,
} from 'graphql';
import type { RestExtension } from '../schema/builder.js';
import type { Route } from './routes.js';
import { isOptional } from './view.js';

/** A row of the routes table with its field, and where each argument comes from. */
export interface Operation {
  readonly route: Route;
  readonly field: GraphQLField<unknown, unknown>;
  readonly pathArgs: readonly GraphQLArgument[];
  readonly queryArgs: readonly GraphQLArgument[];
  /** The fields of the answer that a client may leave out. */
  readonly optional: readonly string[];
  /** The argument that `If-Match` stands for; undefined when the operation has no such condition. */
  readonly ifMatch: GraphQLArgument | undefined;
  /** What the body holds; undefined when the operation reads none. */
  readonly input: GraphQLInputObjectType | undefined;
}

/**
 * Finds the operation of a row.
 * @param view the schema as `restView` shows it.
 * @param coordinate such as `Mutation.createTask`.
 */
export function operationOf(view: GraphQLSchema, coordinate: string, route: Route): Operation {
  const [type, name] = coordinate.split('.') as ['Query' | 'Mutation', string];
  const field = (type === 'Query' ? view.getQueryType() : view.getMutationType())?.getFields()[name];
  if (!field) throw new Error(`${coordinate} is in the routes but not in the schema`);
  const plain = field.args.filter((arg) => !isInputObjectType(getNullableType(arg.type)));
  const isInPath = ({ name }: GraphQLArgument) => route.path.includes(`{${name}}`);
  const ifMatch = plain.find(({ extensions }) => (extensions as RestExtension).rest === 'if-match');
  return {
    route,
    field,
    pathArgs: plain.filter(isInPath),
    queryArgs: plain.filter((arg) => !isInPath(arg) && arg !== ifMatch),
    optional: plain.filter(isOptional).map(({ name }) => name),
    ifMatch,
    input: field.args.map((arg) => getNullableType(arg.type)).find(isInputObjectType),
  };
}
