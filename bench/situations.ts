import { send } from './client.js';
import type { Person } from './data.js';
import type { Dearest } from './dearest.js';
import { type Load, loginRequest, nextRequest } from './load.js';
import { inALoop, paced } from './paced.js';
import { mixed, type Style } from './workload.js';

/** What a situation is played on. */
export interface Stage {
  readonly url: string;
  readonly people: readonly Person[];
  readonly withPasswords: readonly Person[];
  /** The dearest query of somebody who has as many tasks as everybody, and of the one who hoards them; none if none is sent. */
  readonly dear: Readonly<Partial<Record<'ordinary' | 'hoarder', Dearest>>>;
}

/** Somebody who sends requests. @returns what they saw. */
type Party = (stage: Stage, style: Style, seconds: number) => Promise<Load>;

/** Who sends what at the same time. */
export interface Situation {
  /** How much later each of the database's answers comes. */
  readonly delayMs: number;
  readonly parties: Readonly<Record<string, Party>>;
}

/** Requests a second, a sixth of what is answered here in a closed loop: alone, nobody is in their way. */
const mixedRate = 300;
const loginRate = 20;
/** Clients that sign in at the same time, each again and again. */
const loginClients = 50;
const slowMs = 50;
/** Tasks of the one who hoards them; everybody else has a hundred. */
export const hoard = 50_000;

const others: Party = ({ url, people }, style, seconds) =>
  paced(mixedRate, seconds, () => send(url, nextRequest(style, mixed.weights, people)));
const gets: Party = ({ url, people }, style, seconds) =>
  paced(mixedRate, seconds, () => send(url, nextRequest(style, { get: 1 }, people)));
/** Signs in as each person with a password in turn. */
const signIn = ({ url, withPasswords }: Stage, style: Style) => {
  let index = 0;
  return () => send(url, loginRequest(style, withPasswords[index++ % withPasswords.length] as Person));
};
const logins: Party = (stage, style, seconds) => paced(loginRate, seconds, signIn(stage, style));
const simultaneousLogins: Party = (stage, style, seconds) => inALoop(seconds, signIn(stage, style), loginClients);
const dearQuery =
  (whose: keyof Stage['dear']): Party =>
  ({ url, dear }, _style, seconds) =>
    inALoop(seconds, () => send(url, (dear[whose] as Dearest).request));

/** Whether a situation sends the dearest query. */
export const sendsDearest = ({ parties }: Situation): boolean => 'dear query' in parties;

/** The situations by name, in the order in which they are played: the others, and who is beside them. */
export const situations: Readonly<Record<string, Situation>> = {
  alone: { delayMs: 0, parties: { others } },
  'one task, alone': { delayMs: 0, parties: { gets } },
  [`one task, ${loginClients} logins at once`]: { delayMs: 0, parties: { gets, logins: simultaneousLogins } },
  [`${loginRate} logins a second`]: { delayMs: 0, parties: { others, logins } },
  'dearest query': { delayMs: 0, parties: { others, 'dear query': dearQuery('ordinary') } },
  [`dearest query, ${hoard} tasks`]: { delayMs: 0, parties: { others, 'dear query': dearQuery('hoarder') } },
  [`${slowMs} ms a statement`]: { delayMs: slowMs, parties: { others } },
  'all but the hoarder': { delayMs: slowMs, parties: { others, logins, 'dear query': dearQuery('ordinary') } },
};
