import { beforeAll, describe, expect, it } from '@jest/globals';
import { getNamedType, isObjectType, isSpecifiedScalarType } from 'graphql';
import { routes } from '../src/rest/routes.js';
import { restView } from '../src/rest/view.js';
import { isPublic } from '../src/schema/public-fields.js';
import { schema } from '../src/schema/root.js';
import {
  castViolations,
  importCycles,
  importViolations,
  nounCycles,
  nouns,
  parseSource,
  readSources,
  roomViolations,
  type SourceFile,
  statementViolations,
} from './support/structure.js';

describe('the source', () => {
  let files: SourceFile[];
  beforeAll(async () => {
    files = await readSources();
  });

  it('imports only along the layer order, and each library only where it is allowed', () => {
    expect(files.flatMap(importViolations)).toEqual([]);
  });

  it.each([
    ['core/errors.ts', "import { x } from '../db/client.js';"],
    ['core/errors.ts', "import type { x } from '../tasks/service.js';"],
    ['http/request.ts', "import { x } from '../db/client.js';"],
    ['db/client.ts', "import { x } from '../config.js';"],
    ['db/client.ts', "import { x } from '../lists/page.js';"],
    ['tasks/service.ts', "import type { x } from '../server/server.js';"],
    ['tasks/service.ts', "import { x } from '../tasks/schema.js';"],
    ['accounts/users/service.ts', "import { x } from './schema.js';"],
    ['accounts/users/service.ts', "import type { x } from '@prisma/client';"],
    ['rest/handler.ts', "import { x } from '../server/body.js';"],
    ['rest/handler.ts', "import type { x } from 'graphql-yoga';"],
    ['graphql/engine.ts', "import { x } from 'sofa-api';"],
    ['server/server.ts', "import type { x } from '@prisma/client';"],
    ['tasks/service.ts', "import { x } from '@pothos/core';"],
    ['schema/root.ts', "const x = await import('../server/server.js');"],
    ['utils.ts', ''],
  ])('is checked for imports against the layer order: %s %s', (file, text) => {
    expect(importViolations(parseSource(file, text))).toHaveLength(1);
  });

  it('has no cycle of imports, type imports included', () => {
    expect(importCycles(files)).toEqual([]);
  });

  it('is checked for import cycles', () => {
    const planted = [
      parseSource('a.ts', "import { b } from './b.js';"),
      parseSource('b.ts', "import type { c } from './c.js';"),
      parseSource('c.ts', "import { a } from './a.js';"),
    ];
    expect(importCycles(planted)).toEqual(['a.ts → b.ts → c.ts → a.ts']);
  });

  it('has nouns that import each other one way', () => {
    expect(nouns).toContain('tasks');
    expect(nounCycles(files)).toEqual([]);
  });

  it('a planted import between nouns that closes a cycle is found', () => {
    const planted = parseSource('accounts/planted.ts', "import type { x } from '../tasks/service.js';");
    expect(nounCycles([...files, planted])).toHaveLength(1);
  });

  it('has the statements of a noun in its stores', () => {
    expect(files.flatMap(statementViolations)).toEqual([]);
  });

  it.each([
    ['accounts/users/service.ts', 'await queries.prisma.user.update(x);'],
    ['accounts/users/service.ts', 'await prisma.user.update(x);'],
    ['accounts/sessions/sessions.ts', 'const [row] = await db.query<Row>(text, values);'],
    ['tasks/service.ts', "await query('SELECT 1', []);"],
  ])('is checked for statements outside a store: %s %s', (file, text) => {
    expect(statementViolations(parseSource(file, text))).toHaveLength(1);
    const store = file.replace(/[\w-]+\.ts$/, 'store.ts');
    expect(statementViolations(parseSource(store, text))).toEqual([]);
  });

  it('has no cast that hides a type', () => {
    expect(files.flatMap(castViolations)).toEqual([]);
  });

  it.each(['x as never', 'x as unknown as string', 'const x: any = 1', 'x as any', '// @ts-ignore'])(
    'is checked for casts: %s',
    (text) => {
      expect(castViolations(parseSource('a.ts', text))).toHaveLength(1);
    },
  );

  it('has at most 14 files in a folder, and at most 150 lines in a file', () => {
    expect(roomViolations(files)).toEqual([]);
    const long = files.filter(({ text }) => text.split('\n').length - 1 > 150).map(({ file }) => file);
    expect(long).toEqual([]);
  });

  it('is checked for a fifteenth file', () => {
    const planted = Array.from({ length: 15 }, (_, n) => parseSource(`room/file-${n}.ts`, ''));
    expect(roomViolations(planted)).toEqual(['room has 15 files']);
  });

  it('reads environment variables only in config.ts', () => {
    expect(files.filter(({ text }) => text.includes('process.env')).map(({ file }) => file)).toEqual(['config.ts']);
  });

  it('does not mention the domain in core/, http/, lists/, openapi/ and rest/, but in the table of routes', () => {
    const shared = files.filter(({ file }) => /^(core|http|lists|openapi|rest)\//.test(file) && file !== 'rest/routes.ts');
    expect(shared.filter(({ text }) => /\btasks?\b/i.test(text)).map(({ file }) => file)).toEqual([]);
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

  it('has every operation that the routes name, and the routes all but connections, which only GraphQL has', () => {
    const coordinates = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
      Object.values(type?.getFields() ?? {})
        .filter((field) => !getNamedType(field.type).name.endsWith('Connection'))
        .map(({ name }) => `${type?.name}.${name}`),
    );
    const routed = [...new Set(routes.map(({ operation }) => operation))];
    expect(routed.sort()).toEqual(coordinates.sort());
  });

  it('makes only these operations public', () => {
    const fields = [schema.getQueryType(), schema.getMutationType()].flatMap((type) => Object.values(type?.getFields() ?? {}));
    const open = fields.filter(isPublic);
    expect(open.map(({ name }) => name).sort()).toEqual([
      ...['confirmEmail', 'databaseHealth', 'forgotPassword', 'health', 'login', 'refresh', 'resetPassword', 'signup'],
    ]);
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
