import { describe, expect, it } from '@jest/globals';
import { type ApiDocuments, breakingChanges } from '../../scripts/breaking-changes.js';
import { releaseLines, unannouncedChanges } from '../../scripts/changes.js';
import { documents } from '../../scripts/documents.js';

const today = await documents();

describe('the comparison of API documents', () => {
  const promised: ApiDocuments = { sdl: today['schema.graphql'] ?? '', openapi: today['openapi.json'] ?? '' };

  // biome-ignore lint/suspicious/noExplicitAny: a document that is taken apart.
  type Loose = any;
  const inRest = (change: (document: Loose) => void): ApiDocuments => {
    const document = JSON.parse(promised.openapi);
    change(document);
    return { ...promised, openapi: JSON.stringify(document) };
  };
  const inGraphql = (from: string | RegExp, to: string): ApiDocuments => {
    const sdl = promised.sdl.replace(from, to);
    expect(sdl).not.toBe(promised.sdl);
    return { ...promised, sdl };
  };
  const schemas = (document: Loose) => document.components.schemas;
  const operation = (document: Loose, path: string, method: string) => document.paths[path][method];
  const list = (document: Loose) => operation(document, '/api/tasks', 'get');
  const create = (document: Loose) => operation(document, '/api/tasks', 'post');
  const parameter = (document: Loose, name: string) => list(document).parameters.find((each: Loose) => each.name === name);
  const notFound = (document: Loose) => document.components.responses.NotFound.content['application/json'];
  const newParameter = (required: boolean) => ({ name: 'due', in: 'query', required, schema: { type: 'string' } });
  const without = (values: string[], gone: string) => values.filter((value) => value !== gone);

  const breaking: [string, () => ApiDocuments, string][] = [
    [
      'a path that is gone',
      () => inRest(({ paths }) => delete paths['/api/tasks/{id}/complete']),
      'REST: PATCH /api/tasks/{id}/complete: removed',
    ],
    [
      'a method that is gone',
      () => inRest(({ paths }) => delete paths['/api/tasks/{id}'].delete),
      'REST: DELETE /api/tasks/{id}: removed',
    ],
    [
      'a field of an answer that is gone',
      () =>
        inRest((document) => {
          const { Task } = schemas(document);
          delete Task.properties.description;
          Task.required = without(Task.required, 'description');
        }),
      'REST: GET /api/tasks/{id}: removed responses 200 content application/json schema properties description',
    ],
    [
      'a field of an answer that need not be there any more',
      () =>
        inRest((document) => {
          schemas(document).Task.required = without(schemas(document).Task.required, 'title');
        }),
      'REST: GET /api/tasks/{id}: removed responses 200 content application/json schema required "title"',
    ],
    [
      'a field of an error that is gone, behind a reference and a neighbour',
      () =>
        inRest((document) => {
          const { details, ...properties } = schemas(document).Error.properties;
          schemas(document).Bare = { ...schemas(document).Error, properties };
          notFound(document).schema.allOf[0].$ref = '#/components/schemas/Bare';
        }),
      'REST: GET /api/tasks/{id}: removed responses 404 content application/json schema properties details',
    ],
    [
      'a body field that must be there now',
      () => inRest((document) => schemas(document).CreateTaskInput.required.push('description')),
      'REST: POST /api/tasks: added requestBody content application/json schema required "description"',
    ],
    [
      'a value that is not taken any more',
      () => inRest((document) => schemas(document).TaskSort.enum.pop()),
      'REST: GET /api/tasks: removed parameters sort schema enum "id"',
    ],
    [
      'a parameter that must be there',
      () => inRest((document) => list(document).parameters.push(newParameter(true))),
      'REST: GET /api/tasks: added parameters due',
    ],
    [
      'a parameter that must be there now',
      () =>
        inRest((document) => {
          parameter(document, 'page').required = true;
        }),
      'REST: GET /api/tasks: added parameters page required',
    ],
    [
      'a parameter that is gone',
      () =>
        inRest((document) => {
          list(document).parameters = list(document).parameters.filter((each: Loose) => each.name !== 'search');
        }),
      'REST: GET /api/tasks: removed parameters search',
    ],
    [
      'a narrower parameter',
      () =>
        inRest((document) => {
          parameter(document, 'limit').schema.maximum = 50;
        }),
      'REST: GET /api/tasks: changed parameters limit schema maximum from 100 to 50',
    ],
    [
      'another type of a parameter',
      () =>
        inRest((document) => {
          parameter(document, 'search').schema.type = 'integer';
        }),
      'REST: GET /api/tasks: changed parameters search schema type from "string" to "integer"',
    ],
    [
      'another type in an answer',
      () =>
        inRest((document) => {
          schemas(document).Task.properties.id.type = 'string';
        }),
      'REST: GET /api/tasks/{id}: changed responses 200 content application/json schema properties id type from "integer" to "string"',
    ],
    [
      'null where there was none',
      () =>
        inRest((document) => {
          schemas(document).Task.properties.title.type = ['string', 'null'];
        }),
      'REST: GET /api/tasks/{id}: changed responses 200 content application/json schema properties title type from "string" to ["string","null"]',
    ],
    [
      'null that is not taken any more',
      () =>
        inRest((document) => {
          schemas(document).UpdateTaskInput.properties.description.type = 'string';
        }),
      'REST: PUT /api/tasks/{id}: changed requestBody content application/json schema properties description type from ["string","null"] to "string"',
    ],
    [
      'another status',
      () =>
        inRest((document) => {
          const { 201: made, ...others } = create(document).responses;
          create(document).responses = { 200: made, ...others };
        }),
      'REST: POST /api/tasks: removed responses 201',
    ],
    [
      'a header field that is gone',
      () => inRest((document) => delete create(document).responses[201].headers.Location),
      'REST: POST /api/tasks: removed responses 201 headers Location',
    ],
    [
      'a media type that is gone',
      () => inRest(({ components }) => delete components.responses.NotFound.content['application/problem+json']),
      'REST: GET /api/tasks/{id}: removed responses 404 content application/problem+json',
    ],
    [
      'a token that must be there now',
      () => inRest((document) => delete operation(document, '/health', 'get').security),
      'REST: GET /health: added security {"bearerAuth":[]}',
    ],
    [
      'a field that is gone in GraphQL',
      () => inGraphql('  totalCount: Int!\n', '  total: Int!\n'),
      "GraphQL: Field 'totalCount' was removed from object type 'TaskConnection'",
    ],
    [
      'another type in GraphQL',
      () => inGraphql('  totalCount: Int!\n', '  totalCount: Int\n'),
      "GraphQL: Field 'TaskConnection.totalCount' changed type from 'Int!' to 'Int'",
    ],
    [
      'an argument that must be there now in GraphQL',
      () => inGraphql('ifVersion: Int\n', 'ifVersion: Int!\n'),
      "GraphQL: Type for argument 'ifVersion' on field 'Mutation.updateTask' changed from 'Int' to 'Int!'",
    ],
    [
      'an enum value that is gone in GraphQL',
      () => inGraphql('  ID_ASC\n', '  BY_ID\n'),
      "GraphQL: Enum value 'ID_ASC' was removed from enum 'TaskSort'",
    ],
  ];

  const harmless: [string, () => ApiDocuments][] = [
    ['nothing', () => promised],
    [
      'a new path',
      () =>
        inRest(({ paths }) => {
          paths['/api/new'] = paths['/health'];
        }),
    ],
    [
      'a new field of an answer',
      () =>
        inRest((document) => {
          const { Task } = schemas(document);
          Task.properties.due = { type: 'string' };
          Task.required.push('due');
        }),
    ],
    ['a new value in an answer', () => inRest((document) => schemas(document).TaskStatus.enum.push('Archived'))],
    ['a new error code', () => inRest((document) => notFound(document).schema.allOf[1].properties.error_code.enum.push('GONE'))],
    [
      'a field that is never null any more',
      () =>
        inRest((document) => {
          schemas(document).Task.properties.description.type = 'string';
        }),
    ],
    ['a parameter that may be there', () => inRest((document) => list(document).parameters.unshift(newParameter(false)))],
    ['parameters in another order', () => inRest((document) => list(document).parameters.reverse())],
    [
      'a body field that may be there',
      () =>
        inRest((document) => {
          schemas(document).CreateTaskInput.properties.due = { type: 'string' };
        }),
    ],
    [
      'a body field that need not be there any more',
      () => inRest((document) => delete schemas(document).CreateTaskInput.required),
    ],
    [
      'a wider parameter',
      () =>
        inRest((document) => {
          parameter(document, 'limit').schema.maximum = 500;
        }),
    ],
    [
      'a number that may be any text',
      () =>
        inRest((document) => {
          parameter(document, 'page').schema.type = 'string';
        }),
    ],
    [
      'another status of an error',
      () =>
        inRest((document) => {
          list(document).responses[418] = list(document).responses[429];
        }),
    ],
    [
      'a token that need not be there any more',
      () =>
        inRest((document) => {
          list(document).security = [];
        }),
    ],
    [
      'what is deprecated',
      () =>
        inRest((document) => {
          list(document).deprecated = true;
        }),
    ],
    [
      'other words and examples',
      () =>
        inRest((document) => {
          schemas(document).Task.description = 'Other';
          create(document).requestBody.content['application/json'].example = {};
        }),
    ],
    ['a new field in GraphQL', () => inGraphql('  totalCount: Int!\n', '  totalCount: Int!\n  pages: Int!\n')],
    ['a new enum value in GraphQL', () => inGraphql('enum ErrorCode {\n', 'enum ErrorCode {\n  NEW\n')],
    [
      'what is deprecated in GraphQL',
      () => inGraphql('  totalCount: Int!\n', '  totalCount: Int! @deprecated(reason: "Count.")\n'),
    ],
  ];

  describe('reports a breaking change:', () => {
    it.each(breaking)('%s', async (_, change, line) => {
      expect(await breakingChanges(promised, change())).toContain(line);
    });
  });

  describe('accepts a compatible change:', () => {
    it.each(harmless)('%s', async (_, change) => {
      expect(await breakingChanges(promised, change())).toEqual([]);
    });

    it('a response schema that allows new fields', async () => {
      const closed = inRest((document) => {
        schemas(document).Task.additionalProperties = false;
      });
      expect(closed.openapi).toContain('additionalProperties');
      expect(await breakingChanges(closed, promised)).toEqual([]);
    });
  });

  describe('in npm run check', () => {
    const version = (JSON.parse(promised.openapi) as { info: { version: string } }).info.version;
    const notes = { [`${version}.md`]: releaseLines(promised).join('\n') };
    const current = inRest(({ paths }) => delete paths['/api/tasks/{id}/complete']);
    const line = '- REST: PATCH /api/tasks/{id}/complete: removed';

    it('fails for a change that breaks clients of the last release, and explains what to do', async () => {
      const said = await unannouncedChanges({ released: promised, current, notes });
      expect(said).toContain(`${version}, the last release:\n\n${line}\n`);
      expect(said).toMatch(/take it back.*docs\/changes\/next\.md/s);
    });

    it('accepts a note for exactly that change', async () => {
      const noted = (text: string) => unannouncedChanges({ released: promised, current, notes: { ...notes, 'next.md': text } });
      expect(await noted(`# Next\n\n${line}\n  Send PUT with the status.\n`)).toBeUndefined();
      expect(await noted('# Next\n\n- REST: PATCH /api/users/me: removed\n')).toContain(line);
      expect(await unannouncedChanges({ released: promised, current, notes: { ...notes, '0.9.0.md': line } })).toContain(line);
    });

    it('fails when the documents of the last release were edited without a note', async () => {
      expect(await unannouncedChanges({ released: current, current, notes })).toContain('It moves only with a release');
      expect(await unannouncedChanges({ released: current, current, notes: {} })).toContain('It moves only with a release');
    });
  });
});
