import {
  type GraphQLInputType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isNullableType,
} from 'graphql';
import type { Choices } from './choices.js';

const scalars: Readonly<Record<string, readonly unknown[]>> = {
  Int: [1, 2, 100, 0, -1, 101, 2_147_483_647, -2_147_483_648, 20],
  Float: [1, 0.5, -1e300],
  Boolean: [true, false],
  ID: ['1', '2', '6', '101', '0', '2147483648', 'x', '', '\0', '-1', '1e3'],
  String: [
    'x',
    '',
    ' ',
    'Task',
    '%',
    'a\0b',
    '\ud800',
    '\u{1f680}',
    'é'.repeat(200),
    'x'.repeat(1001),
    'ada@example.com',
    'Mg==',
    '"""',
  ],
};

/** A value that a type takes, nulls and absent fields among them. */
export function makeValue(type: GraphQLInputType, choices: Choices): unknown {
  if (isNullableType(type) && choices.oneIn(8)) return null;
  const inner = getNullableType(type) as GraphQLInputType;
  if (isListType(inner)) return Array.from({ length: choices.below(3) }, () => makeValue(inner.ofType, choices));
  if (isEnumType(inner)) return choices.pick(inner.getValues()).name;
  if (!isInputObjectType(inner)) return choices.pick(scalars[(inner as { name: string }).name] ?? ['x']);
  const fields = Object.values(inner.getFields()).filter((field) => isNonNullType(field.type) || choices.oneIn(2));
  return Object.fromEntries(fields.map((field) => [field.name, makeValue(field.type, choices)]));
}

/** Writes a value into a document. */
export function literal(type: GraphQLInputType, value: unknown): string {
  const inner = getNullableType(type) as GraphQLInputType;
  if (value === null) return 'null';
  if (isEnumType(inner)) return String(value);
  if (isListType(inner)) return `[${(value as unknown[]).map((item) => literal(inner.ofType, item)).join(' ')}]`;
  if (!isInputObjectType(inner)) return JSON.stringify(value);
  const fields = inner.getFields();
  const entries = Object.entries(value as object).map(([name, item]) => {
    const field = fields[name];
    return field ? `${name}: ${literal(field.type, item)}` : '';
  });
  return `{${entries.join(', ')}}`;
}
