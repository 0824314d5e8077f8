import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { routes } from '../../src/rest/routes.js';
import { byId, document, operations, sent, view } from '../support/openapi.js';

describe('the OpenAPI document', () => {
  const { schemas } = document.components;

  let folder: string;
  const inFolder = (name: string) => path.join(folder, name);

  const require = createRequire(import.meta.url);
  const redocly = require.resolve('@redocly/cli/bin/cli.js');
  const openapiTypescript = path.join(require.resolve('openapi-typescript/package.json'), '../bin/cli.js');

  /** Runs a script of a package in an empty folder, where no configuration lies about. */
  async function run(script: string, ...args: string[]): Promise<string> {
    const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
    const ran = promisify(execFile)(process.execPath, [script, ...args], { cwd: folder, env });
    // A linter that found something ends with 1; what it found is what we want to see.
    const { stdout } = await ran.catch((error: { stdout: string }) => error);
    return stdout;
  }

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tandem-openapi-'));
    await writeFile(inFolder('openapi.json'), sent);
  });
  afterAll(() => rm(folder, { recursive: true }));

  const client = `
import type { components, operations, paths } from './api.js';

type Schemas = components['schemas'];
type Json<Response extends { content: { 'application/json': unknown } }> = Response['content']['application/json'];

export const isOpen = ({ status }: Schemas['Task']): boolean => status === 'Pending';
export const lines = ({ description }: Schemas['Task']): number => description?.split('\\n').length ?? 0;
export const next: operations['tasks']['parameters']['query'] = { page: 2, limit: 100, status: 'Completed', sort: '-created_at' };
export const cleared: Schemas['UpdateTaskInput'] = { description: null };
export const uncounted: operations['tasks']['parameters']['query'] = { total: false };
export const task = (page: Json<paths['/api/tasks']['get']['responses'][200]>): Schemas['Task'] | undefined => page.data[0];
export const place = (made: operations['createTask']['responses'][201]): string => made.headers.Location;
export const nothing: operations['deleteTask']['responses'][204]['content'] = undefined;
export const code = (error: Json<paths['/api/tasks/{id}']['get']['responses'][404]>): 'NOT_FOUND' => error.error_code;
export const wait = (refused: operations['login']['responses'][429]): number => refused.headers['Retry-After'];

// @ts-expect-error a title is never null
export const untitled: Schemas['UpdateTaskInput'] = { title: null };
// @ts-expect-error a new task has a title
export const empty: Schemas['CreateTaskInput'] = { description: 'Milk' };
// @ts-expect-error a description may be null
export const text = (task: Schemas['Task']): string => task.description;
// @ts-expect-error a total may be left out
export const total = (page: Schemas['TaskPage']): number => page.total;
// @ts-expect-error a body is no query
export const misplaced: NonNullable<operations['createTask']['parameters']['query']> = { title: 'Milk' };
`;

  describe('as a whole', () => {
    it('passes Redocly’s recommended rules without an error or a warning', async () => {
      const found = JSON.parse(await run(redocly, 'lint', 'openapi.json', '--extends=recommended', '--format=json'));
      expect(found).toMatchObject({ problems: [], totals: { errors: 0, warnings: 0, ignored: 0 } });
    });

    it('generates client types that compile', async () => {
      await run(openapiTypescript, 'openapi.json', '--output', 'api.ts');
      await writeFile(inFolder('client.ts'), client);
      const options: ts.CompilerOptions = {
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        target: ts.ScriptTarget.ES2022,
        lib: ['lib.es2022.d.ts'],
        module: ts.ModuleKind.ESNext,
        moduleResolution: ts.ModuleResolutionKind.Bundler,
        types: [],
      };
      const program = ts.createProgram([inFolder('client.ts')], options);
      const faults = ts
        .getPreEmitDiagnostics(program)
        .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
      expect(program.getSourceFile(inFolder('api.ts'))?.text).toContain('createTask');
      expect(faults).toEqual([]);
    });

    it('has exactly the operations of the routes table, each named by its root field', () => {
      const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => [operation.operationId, method.toUpperCase(), path]),
      );
      const rows = routes.map(({ operation, operationId, method, path }) => [
        operationId ?? operation.split('.')[1],
        method,
        path,
      ]);
      expect(documented.sort()).toEqual(rows.sort());
      expect(operations.filter(({ summary }) => !summary)).toEqual([]);
    });

    /** The root field of an operation. */
    const fieldOf = (id: string) => routes.find(({ operationId }) => operationId === id)?.operation.split('.')[1] ?? id;

    it('has exactly the parameters of the fields in the REST view', () => {
      const fields = { ...view.getQueryType()?.getFields(), ...view.getMutationType()?.getFields() };
      const documented = operations.map(({ operationId, parameters = [] }) => [
        operationId,
        parameters.filter((each) => each.in !== 'header').map(({ name }) => name),
      ]);
      const known = operations.map(({ operationId }) => [
        operationId,
        fields[fieldOf(operationId)]?.args
          .map(({ name }) => name)
          .filter((name) => !['input', 'ifVersion', 'unlessVersion'].includes(name)),
      ]);
      expect(documented).toEqual(known);
    });

    it('accepts preconditions in header fields: If-Match to read or change tasks, If-None-Match to read them', () => {
      const documented = operations.flatMap(({ operationId, parameters = [] }) =>
        parameters.filter((each) => each.in === 'header').map(({ name, required }) => [operationId, name, required]),
      );
      expect(documented.filter(([, name]) => String(name).startsWith('If-'))).toEqual([
        ['tasks', 'If-Match', false],
        ['tasks', 'If-None-Match', false],
        ['task', 'If-Match', false],
        ['task', 'If-None-Match', false],
        ['updateTask', 'If-Match', false],
        ['updateTask', 'If-None-Match', false],
        ['deleteTask', 'If-Match', false],
        ['deleteTask', 'If-None-Match', false],
        ['toggleTask', 'If-Match', false],
        ['toggleTask', 'If-None-Match', false],
      ]);
    });

    it('accepts an Idempotency-Key in every write', () => {
      const reads = ['me', 'usersMe', 'sessions', 'apiTokens', 'tasks', 'task', 'health', 'databaseHealth'];
      for (const { operationId, parameters = [] } of operations) {
        const isWrite = !reads.includes(operationId);
        expect(parameters.some(({ name }) => name === 'Idempotency-Key')).toBe(isWrite);
      }
    });

    it('documents X-Session where tokens are returned, and X-CSRF-Token in every write of a signed-in user, once each', () => {
      const namesOf = (field: string) =>
        operations
          .filter(({ parameters = [] }) => parameters.some(({ name, in: place }) => name === field && place === 'header'))
          .map(({ operationId }) => operationId);
      expect(namesOf('X-Session')).toEqual(['signup', 'login', 'refresh']);
      expect(namesOf('X-CSRF-Token').sort()).toEqual([
        ...['createApiToken', 'createTask', 'deleteMe', 'deleteTask', 'logout', 'revokeApiToken', 'revokeOtherSessions'],
        ...['revokeSession', 'toggleTask', 'updateMe', 'updateTask'],
      ]);
      for (const field of ['X-Session', 'X-CSRF-Token']) expect(sent.split(`"name":"${field}"`)).toHaveLength(2);
    });

    it('limits the parameters as the validation does', () => {
      const shown = (id: string) =>
        byId(id)
          .parameters?.filter((each) => each.in !== 'header')
          .map(({ name, in: place, required, schema }) => [name, place, required, schema]);
      expect(shown('tasks')).toEqual([
        ['page', 'query', false, { type: 'integer', minimum: 1, maximum: 2147483647, default: 1 }],
        ['limit', 'query', false, { type: 'integer', minimum: 1, maximum: 100, default: 50 }],
        ['status', 'query', false, { $ref: '#/components/schemas/TaskStatus' }],
        ['search', 'query', false, { type: 'string', maxLength: 1000, pattern: '^[^\\x00]*$' }],
        ['sort', 'query', false, { $ref: '#/components/schemas/TaskSort', default: '-created_at' }],
        ['total', 'query', false, { type: 'boolean', default: true }],
      ]);
      const id = ['id', 'path', true, { type: 'integer', minimum: 1, maximum: 2147483647 }];
      for (const operation of ['task', 'updateTask', 'deleteTask', 'toggleTask']) expect(shown(operation)).toEqual([id]);
    });

    it('uses the REST spelling of enum values', () => {
      expect(schemas.TaskStatus?.enum).toEqual(['Pending', 'Completed']);
      expect(schemas.TaskSort?.enum).toContain('-created_at');
    });

    it('allows null in a request only for a description, and lists the required fields', () => {
      const inputs = Object.entries(schemas).filter(([name]) => name.endsWith('Input'));
      const nullable = inputs.flatMap(([name, { properties = {} }]) =>
        Object.keys(properties)
          .filter((field) => properties[field]?.type?.includes('null'))
          .map((field) => `${name}.${field}`),
      );
      expect(nullable.sort()).toEqual(['CreateTaskInput.description', 'UpdateTaskInput.description']);
      expect(Object.fromEntries(inputs.map(([name, { required }]) => [name, required]))).toEqual({
        SignupInput: ['email', 'password', 'name'],
        LoginInput: ['email', 'password'],
        RefreshInput: undefined,
        UpdateMeInput: undefined,
        DeleteMeInput: undefined,
        CreateApiTokenInput: ['name', 'scopes'],
        ForgotPasswordInput: ['email'],
        ResetPasswordInput: ['token', 'new_password'],
        ConfirmEmailInput: ['token'],
        CreateTaskInput: ['title'],
        UpdateTaskInput: undefined,
      });
      // A legacy client may send more than an operation knows.
      expect(inputs.filter(([, input]) => input.additionalProperties !== undefined)).toEqual([]);
    });

    it('requires a token for every protected operation', () => {
      const open = operations.filter(({ security }) => security?.length === 0).map(({ operationId }) => operationId);
      expect(open.sort()).toEqual([
        ...['confirmEmail', 'databaseHealth', 'forgotPassword', 'health', 'login', 'refresh', 'resetPassword', 'signup'],
      ]);
      expect(document).toMatchObject({ security: [{ bearerAuth: [] }] });
    });

    it('names fields in snake_case, also in descriptions, and leaves the names of connections, which GraphQL alone has', () => {
      expect(sent).toContain('`current_password`');
      const camel = sent.match(/`[a-z]+[A-Z]\w*`/g) ?? [];
      expect(camel).toEqual(['`tasksConnection`']);
      for (const { properties } of Object.values(schemas))
        for (const name of Object.keys(properties ?? {})) expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
    });
  });
});
