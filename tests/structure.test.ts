import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { isObjectType, isSpecifiedScalarType } from 'graphql';
import { routes } from '../src/rest/routes.js';
import { restView } from '../src/rest/view.js';
import { schema } from '../src/schema/root.js';

const nouns = ['accounts', 'tasks', 'health'];
/** From the outside in: a file may import from its own stage and from those further down. */
const stages: readonly (readonly RegExp[])[] = [
  [/^main\.ts$/],
  [/^app\.ts$/],
  [/^http\//],
  [/^rest\//],
  [/^graphql\//],
  [/^schema\/root\.ts$/],
  [/^(accounts|tasks|health)\/(\w+-)?schema\.ts$/],
  [/^schema\//],
  [/^(accounts|tasks|health)\/(?!(rules|email)\.ts)/],
  [/^idempotency\//],
  [/^rate-limits\/(?!rate-limit\.ts)/],
  [/^db\//],
  [/^generated\//],
  [/^(accounts|tasks|health)\/(rules|email)\.ts$/],
  [/^config\.ts$/],
  [/^rate-limits\/rate-limit\.ts$/],
  [/^core\//],
];
const stageOf = (file: string) => stages.findIndex((patterns) => patterns.some((pattern) => pattern.test(file)));

/** Between nouns imports go one way. */
const nounOrder = ['tasks', 'accounts', 'health'];
const packagePlaces: Readonly<Record<string, RegExp>> = {
  '@prisma/': /^(db|generated)\//,
  'graphql-yoga': /^http\//,
  'sofa-api': /^rest\//,
  '@pothos/': /^(schema|graphql|generated)\/|\/(\w+-)?schema\.ts$/,
};

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

/** What is wrong with an import, in words; undefined when nothing is. */
function fault({ from, to, typeOnly }: Import): string | undefined {
  if (!to.startsWith('.')) {
    const place = Object.entries(packagePlaces).find(([name]) => to.startsWith(name))?.[1];
    return place && !place.test(from) ? `${to} does not belong there` : undefined;
  }
  const target = path.posix.join(path.posix.dirname(from), to).replace(/\.js$/, '.ts');
  if (target === 'config.ts' && from !== 'main.ts' && !typeOnly) return 'config is passed in, not imported';
  if (from === 'schema/builder.ts' && target.startsWith('generated/')) return undefined;
  if (stageOf(from) > stageOf(target)) return `${target} is further out`;
  return isSharedRule(target) || knows(from, target) ? undefined : `${nounOf(from)} may not know ${nounOf(target)}`;
}

const nounOf = (file: string) => nouns.find((noun) => file.startsWith(`${noun}/`));
const isSharedRule = (file: string) => file.endsWith('/rules.ts');

function knows(from: string, target: string): boolean {
  const [noun, other] = [nounOf(from), nounOf(target)];
  if (!noun || !other) return true;
  return nounOrder.indexOf(noun) <= nounOrder.indexOf(other);
}

const source = new URL('../src/', import.meta.url);

async function sourceFiles(): Promise<string[]> {
  const files = await readdir(source, { recursive: true });
  return files
    .filter((file) => file.endsWith('.ts') && !file.startsWith('generated'))
    .map((file) => file.split(path.sep).join('/'));
}

async function importsOf(from: string): Promise<Import[]> {
  const text = await readFile(new URL(from, source), 'utf8');
  const found = text.matchAll(/^(?:import|export)\s+(type\s)?(?:[^'"]*?\sfrom\s)?'([^']+)';/gm);
  return [...found].map(([, typeOnly, to = '']) => ({ from, to, typeOnly: typeOnly !== undefined }));
}

describe('the house', () => {
  it('imports only toward the core, and each library only where it lives', async () => {
    const faults: string[] = [];
    for (const file of await sourceFiles()) {
      expect([file, stageOf(file)]).not.toEqual([file, -1]);
      for (const each of await importsOf(file)) {
        const wrong = fault(each);
        if (wrong) faults.push(`${file} imports ${each.to}: ${wrong}`);
      }
    }
    expect(faults).toEqual([]);
  });

  it.each([
    [{ from: 'core/errors.ts', to: '../db/client.js', typeOnly: false }],
    [{ from: 'tasks/service.ts', to: '../http/server.js', typeOnly: true }],
    [{ from: 'tasks/rules.ts', to: './service.js', typeOnly: false }],
    [{ from: 'accounts/auth-service.ts', to: '../tasks/service.js', typeOnly: true }],
    [{ from: 'db/client.ts', to: '../config.js', typeOnly: false }],
    [{ from: 'rest/handler.ts', to: 'graphql-yoga', typeOnly: true }],
    [{ from: 'http/server.ts', to: '@prisma/client', typeOnly: true }],
  ])('would notice %j', (forbidden) => {
    expect(fault(forbidden)).toBeDefined();
  });

  it('reads the environment in config.ts alone', async () => {
    for (const file of await sourceFiles()) {
      const text = await readFile(new URL(file, source), 'utf8');
      if (file !== 'config.ts') expect([file, text.includes('process.env')]).toEqual([file, false]);
    }
  });

  it('keeps files at 150 lines at most', async () => {
    for (const file of await sourceFiles()) {
      const lines = (await readFile(new URL(file, source), 'utf8')).split('\n').length - 1;
      expect([file, lines <= 150]).toEqual([file, true]);
    }
  });
});

describe('the schema', () => {
  it('describes every type, field, argument and enum value', () => {
    const silent: string[] = [];
    for (const type of Object.values(schema.getTypeMap())) {
      if (type.name.startsWith('__') || isSpecifiedScalarType(type)) continue;
      if (!type.description) silent.push(type.name);
      const members = 'getFields' in type ? Object.values(type.getFields()) : 'getValues' in type ? type.getValues() : [];
      for (const member of members) {
        if (!member.description) silent.push(`${type.name}.${member.name}`);
        for (const arg of 'args' in member ? member.args : [])
          if (!arg.description) silent.push(`${type.name}.${member.name}(${arg.name})`);
      }
    }
    expect(silent).toEqual([]);
  });

  it('has every operation that the routes name, and the routes all but what only GraphQL has', () => {
    const coordinates = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
      Object.keys(type?.getFields() ?? {}).map((name) => `${type?.name}.${name}`),
    );
    expect(Object.keys(routes).sort()).toEqual(coordinates.filter((coordinate) => coordinate !== 'Query.tasksConnection').sort());
  });

  it('opens only these operations to people who are not signed in', () => {
    const open = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
      Object.values(type?.getFields() ?? {}).filter((field) => (field.extensions.pothosOptions as { public?: true }).public),
    );
    expect(open.map(({ name }) => name).sort()).toEqual(['databaseHealth', 'health', 'login', 'refresh', 'signup']);
  });
});

describe('the REST view', () => {
  it('shows no relation, no connection and no camelCase', () => {
    const names = Object.values(restView(schema, routes).getTypeMap())
      .filter((type) => isObjectType(type) && !type.name.startsWith('__') && !['Query', 'Mutation'].includes(type.name))
      .flatMap((type) => Object.keys(isObjectType(type) ? type.getFields() : {}).map((name) => `${type.name}.${name}`));
    expect(names).toContain('Task.user_id');
    expect(names.filter((name) => /\.\w*[A-Z]|Connection|owner|User\.tasks/.test(name))).toEqual([]);
  });
});
