import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import ts from 'typescript';
import { routes } from '../src/rest/routes.js';

const folder = new URL('behaviour/', import.meta.url);

/** These derive their operations from the schema or generate them, so that a name in them proves nothing about its behaviour. */
const derived = ['equivalence.test.ts', 'idempotent-mutations.test.ts'];

/** Finds the callbacks of `describe.each(…)` and `it.each(…)` whose table is made from `styles`, the two APIs. */
function blocksOverStyles(file: ts.SourceFile): ts.Node[] {
  const tables = new Set(['styles']);
  const blocks: ts.Node[] = [];
  const mentions = (node: ts.Node): boolean =>
    (ts.isIdentifier(node) && tables.has(node.text)) || (ts.forEachChild(node, (child) => mentions(child) || undefined) ?? false);
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer && mentions(node.initializer))
      tables.add(node.name.text);
    if (
      ts.isCallExpression(node) &&
      ts.isCallExpression(node.expression) &&
      /\.each$/.test(node.expression.expression.getText(file))
    ) {
      if (node.expression.arguments.some(mentions)) blocks.push(node);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return blocks;
}

/** All string literals, the operation in `call('createTask', …)` among them. */
function stringLiterals(node: ts.Node): string[] {
  const texts: string[] = [];
  const visit = (child: ts.Node): void => {
    if (ts.isStringLiteral(child)) texts.push(child.text);
    ts.forEachChild(child, visit);
  };
  visit(node);
  return texts;
}

async function operationsTestedOverBothStyles(): Promise<ReadonlySet<string>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.test.ts') && !derived.includes(name));
  const texts = names.map(async (name) => {
    const source = ts.createSourceFile(name, await readFile(new URL(name, folder), 'utf8'), ts.ScriptTarget.ES2022);
    return blocksOverStyles(source).flatMap(stringLiterals);
  });
  return new Set((await Promise.all(texts)).flat());
}

const operations = [...new Set(routes.map(({ operation }) => operation.split('.')[1] as string))];
const tested = await operationsTestedOverBothStyles();

const documents = parse(await readFile(new URL('support/documents.graphql', import.meta.url), 'utf8'));
const documented = documents.definitions.flatMap((each) => ('name' in each && each.name ? [each.name.value] : []));

describe('tests/support/documents.graphql', () => {
  it.each(operations)('has a document for %s, with its name', (operation) => {
    expect(documented).toContain(operation.charAt(0).toUpperCase() + operation.slice(1));
  });
});

describe('tests/behaviour', () => {
  it.each(operations)('calls %s in a test that runs over both GraphQL and REST', (operation) => {
    expect([...tested]).toContain(operation);
  });

  it('is checked: an operation without a behaviour test is reported', () => {
    expect([...tested]).not.toContain('archiveTask');
  });
});
