import { randomUUID } from 'node:crypto';
import pLimit from 'p-limit';
import {
  type Caller,
  type CallerName,
  callerNames,
  callers,
  scopesFor,
  type Verdict,
  verdictOf,
} from '../../../scripts/authorization/callers.js';
import { errorCatalogue } from '../../../src/core/error-catalogue.js';
import type { SocketApp } from '../socket.js';
import { headersOf } from './credentials.js';
import { type Account, type Way, waysTo } from './requests.js';
import type { SecretCollector } from './secrets.js';
import { newWorlds, snapshot, type World } from './worlds.js';

interface App extends Pick<SocketApp, 'wireFetch' | 'db' | 'lines'> {
  /** Gets every credential that is sent and received. */
  readonly secrets: SecretCollector;
}

/** One request of the matrix. */
interface Cell {
  readonly way: Way;
  readonly name: CallerName;
  readonly world: World;
}

interface ErrorFacts {
  readonly code: string;
  readonly details: { readonly reason?: string; readonly scope?: string };
}

const format = (status: number, { code, reason, scope }: { code: string; reason?: string; scope?: string }): string =>
  [status, code, reason, scope].filter((part) => part !== undefined).join(' ');

/** GraphQL responds with 200 once it has data: a field's error is one of a request that was allowed to run. */
function expectedStatus({ title, status }: Way, { code }: Verdict, { credential }: Caller): number {
  if (code === 'allowed') return status;
  const isOfRequest = title.startsWith('REST') || code === 'CSRF_FAILED' || credential.kind === 'refused';
  return isOfRequest ? errorCatalogue[code].status : 200;
}

/** The first error of a response, in either style. */
function errorOf(body: Record<string, unknown>): ErrorFacts | undefined {
  if ('error_code' in body) return { code: String(body.error_code), details: body.details as ErrorFacts['details'] };
  const [first] = (body.errors ?? []) as { extensions: ErrorFacts }[];
  return first?.extensions;
}

async function send({ wireFetch, secrets }: App, { way, name, world }: Cell, account: Account) {
  const { path, method, body } = way.request(world, account);
  const requestId = randomUUID();
  const headers = {
    ...headersOf[name](world),
    'x-request-id': requestId,
    ...(body ? { 'content-type': 'application/json' } : {}),
  };
  const response = await wireFetch(path, { method, headers, body: body && JSON.stringify(body) });
  const text = await response.text();
  const answer = text === '' ? {} : JSON.parse(text);
  for (const each of [new Headers(headers), response.headers]) secrets.addHeaders(each);
  for (const each of [body, answer]) secrets.addBody(each);
  const error = errorOf(answer);
  const { reason, scope } = error?.details ?? {};
  const verdict = format(response.status, { code: error?.code ?? 'allowed', reason, scope });
  return { verdict, requestId, hasMarker: text.includes(world.owner.marker) };
}

/** What a request had to show and to change, beside its verdict. */
function effectsOf({ way, name }: Cell, isAllowed: boolean): { isShown?: boolean; isChanged?: boolean } {
  if (way.policy.access === 'anyone') return {};
  const isOwner = isAllowed && !('isOther' in callers[name]);
  return { isShown: isOwner && !way.isWrite ? true : isOwner ? undefined : false, isChanged: isOwner && way.isWrite };
}

/**
 * Sends an operation's requests: every way in, from every client. Each has a world of its own.
 * @returns what went otherwise than the policy says, a line each; empty when nothing did.
 */
export async function differences(app: App, coordinate: string, account: Account): Promise<string[]> {
  const cells: Cell[] = [];
  for (const way of waysTo(coordinate)) {
    const scopes = { complete: scopesFor(way.policy, false), lacking: scopesFor(way.policy, true) };
    const worlds = await newWorlds(app.db, callerNames.length, scopes);
    cells.push(...worlds.map((world, index) => ({ way, world, name: callerNames[index] as CallerName })));
  }
  const owners = cells.map(({ world }) => world.owner.id);
  const before = await snapshot(app.db, owners);
  const inParallel = pLimit(16);
  const answers = await Promise.all(cells.map((cell) => inParallel(() => send(app, cell, account))));
  const after = await snapshot(app.db, owners);
  const audited = new Map(app.lines.filter(({ audit }) => audit).map(({ requestId, msg }) => [requestId, String(msg)]));
  return cells.flatMap((cell, index) => {
    const { verdict, requestId, hasMarker } = answers[index] as Awaited<ReturnType<typeof send>>;
    const caller: Caller = callers[cell.name];
    const expected = verdictOf(cell.way.policy, caller, cell.way.isWrite);
    const { isShown, isChanged } = effectsOf(cell, expected.code === 'allowed');
    const hasChanged = before.get(cell.world.owner.id) !== after.get(cell.world.owner.id);
    const wanted = format(expectedStatus(cell.way, expected, caller), expected);
    const faults = [
      ...(verdict === wanted ? [] : [`gives "${verdict}" instead of "${wanted}"`]),
      ...(isShown === undefined || isShown === hasMarker
        ? []
        : [hasMarker ? 'shows data of the owner' : 'does not show the data']),
      ...(isChanged === undefined || isChanged === hasChanged
        ? []
        : [hasChanged ? 'changes data of the owner' : 'changes nothing']),
    ];
    // Every 403 is in the audit log.
    const isRefusal = expected.code === 'FORBIDDEN' || expected.code === 'CSRF_FAILED';
    if (isRefusal && !/\.(forbidden|rejected)$/.test(audited.get(requestId) ?? '')) faults.push('is not in the audit log');
    return faults.map((fault) => `${cell.way.title}, with ${caller.title}: ${fault}`);
  });
}
