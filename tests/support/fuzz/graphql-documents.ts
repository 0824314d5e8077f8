import { readFileSync } from 'node:fs';
import {
  buildSchema,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  getNamedType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { Choices } from './choices.js';
import { literal, makeValue } from './graphql-values.js';

const schema = buildSchema(readFileSync('schema.graphql', 'utf8'));

/** A document and the variables that it declares. */
export interface GeneratedDocument {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

interface Draft {
  readonly choices: Choices;
  readonly declared: string[];
  readonly variables: Record<string, unknown>;
  readonly fragments: string[];
  aliases: number;
}

const deepest = 5;

/** Builds a document that is valid: with arguments, variables, aliases, fragments and directives of all kinds. */
export function buildDocument(choices: Choices): GeneratedDocument {
  const draft: Draft = { choices, declared: [], variables: {}, fragments: [], aliases: 0 };
  const isMutation = choices.oneIn(4);
  const root = (isMutation ? schema.getMutationType() : schema.getQueryType()) as GraphQLObjectType;
  const selection = selectionOf(root, draft, 0);
  const declared = draft.declared.length > 0 ? `(${draft.declared.join(', ')})` : '';
  const query = `${isMutation ? 'mutation' : 'query'} Generated${declared} ${selection}${draft.fragments.map((text) => `\n${text}`).join('')}`;
  return { query, variables: draft.variables };
}

function selectionOf(type: GraphQLObjectType, draft: Draft, depth: number): string {
  const { choices } = draft;
  const all = Object.values(type.getFields());
  const fields = depth < deepest ? all : all.filter((field) => !isObjectType(getNamedType(field.type)));
  const chosen = Array.from({ length: 1 + choices.below(depth === 0 ? 2 : 4) }, () => selected(type, fields, draft, depth));
  return `{ ${chosen.join(' ')} }`;
}

function selected(
  type: GraphQLObjectType,
  fields: readonly GraphQLField<unknown, unknown>[],
  draft: Draft,
  depth: number,
): string {
  const { choices } = draft;
  if (choices.oneIn(12)) return `__typename${directives(draft)}`;
  if (depth < deepest && choices.oneIn(8)) {
    const inner = selectionOf(type, draft, depth + 1);
    if (choices.oneIn(2)) return `... ${choices.oneIn(2) ? `on ${type.name}` : ''}${directives(draft)} ${inner}`;
    const name = `F${draft.fragments.length}`;
    draft.fragments.push(`fragment ${name} on ${type.name} ${inner}`);
    return `...${name}${directives(draft)}`;
  }
  // Fields without an alias would have to agree with others of the same name.
  const field = choices.pick(fields);
  const given = field.args.filter((arg) => isNonNullType(arg.type) || choices.oneIn(3)).map((arg) => argument(arg, draft));
  const name = `a${draft.aliases++}: ${field.name}${given.length > 0 ? `(${given.join(', ')})` : ''}${directives(draft)}`;
  const inner = getNamedType(field.type);
  return isObjectType(inner) ? `${name} ${selectionOf(inner, draft, depth + 1)}` : name;
}

function argument({ name, type }: GraphQLArgument, draft: Draft): string {
  const value = makeValue(type, draft.choices);
  return `${name}: ${draft.choices.oneIn(2) ? variable(type, value, draft) : literal(type, value)}`;
}

function variable(type: GraphQLInputType, value: unknown, { choices, declared, variables }: Draft): string {
  const name = `v${declared.length}`;
  const isLeft = !isNonNullType(type) && choices.oneIn(6);
  declared.push(`$${name}: ${type}${isLeft ? ` = ${literal(type, value)}` : ''}`);
  if (!isLeft) variables[name] = value;
  return `$${name}`;
}

function directives(draft: Draft): string {
  const { choices } = draft;
  if (!choices.oneIn(8)) return '';
  const name = choices.pick(['include', 'skip']);
  const value = choices.oneIn(2);
  const type = schema.getType('Boolean') as GraphQLInputType;
  if (!choices.oneIn(2)) return ` @${name}(if: ${value})`;
  const variableName = `v${draft.declared.length}`;
  draft.declared.push(`$${variableName}: ${type}!`);
  draft.variables[variableName] = value;
  return ` @${name}(if: $${variableName})`;
}
