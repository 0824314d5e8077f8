import { setImmediate } from 'node:timers/promises';
import { digestOf } from '../../../src/accounts/tokens/tokens.js';
import { claimsOf } from '../forge.js';
import type { Fixtures } from './fixtures.js';

const kinds: readonly [RegExp, string][] = [
  [/^user_[0-9a-f]{32}$/, 'person'],
  [/^[0-9a-f]{32}$/, 'session'],
  [/^token_[0-9a-f]{32}$/, 'id of a personal token'],
  [/^tdm_[0-9A-Za-z]{49}$/, 'personal token'],
  [/^tdm_[0-9A-Za-z]{8}$/, 'prefix of a personal token'],
  [/^[\w-]{43}$/, 'refresh token'],
  // A digest of one that was never handed out.
  [/^[0-9a-f]{64}$/, 'unknown digest'],
];
const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const accessToken = /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/;
/** What a clock measured: only that it did can be the same. */
const measured = new Set(['uptime_seconds', 'latency_ms', 'issuedAt', 'endsAt', 'expires_in']);

/** A date, with or without a time. */
const date = /^\s*\d{4}-\d\d-\d\d(T|\s*$)/;

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') {
    const time = date.test(value) ? Date.parse(value) : Number.NaN;
    return [value, value.trim(), ...(Number.isNaN(time) ? [] : [new Date(time).toISOString()])];
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/**
 * Says of what differs between twins by nature (ids and tokens drawn by lot, times) what part it plays: the first
 * session that was opened, the moment of the third step.
 */
export class Normalizer {
  readonly #names: Map<string, string>;
  readonly #counts = new Map<string, number>();
  /** When each step began, in milliseconds since the epoch. */
  readonly #steps: number[] = [];
  /** The texts that the client sent, and the dates among them as the server writes them. */
  readonly #sent = new Set<string>();
  #lastAnswer = 0;
  /** The refresh tokens that were handed out, the last one first. */
  readonly handedOut: string[] = [];
  /** The access token that was handed out last. */
  signedIn: string | undefined;

  constructor({ names }: Fixtures) {
    this.#names = new Map(names);
  }

  /**
   * Notes that a step begins: in a millisecond of its own, so that a time tells in which step it was written.
   * @param args what the client sends. Its texts come back as they are: only values of the server's own making are replaced.
   */
  async begin(args: unknown): Promise<void> {
    for (const text of textsIn(args)) this.#sent.add(text);
    while (Date.now() <= this.#lastAnswer + 1) await setImmediate();
    this.#steps.push(Date.now());
  }

  /** Notes that a step is over. @returns its answer by the parts that its ids, tokens and times play. */
  end(answer: unknown): unknown {
    this.#lastAnswer = Date.now();
    return this.of(answer);
  }

  /** Replaces what is this twin's own in a value, however deep, by its part. */
  of(value: unknown): unknown {
    if (typeof value === 'string') return this.#ofText(value);
    if (Array.isArray(value)) return value.map((item) => this.of(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, measured.has(key) && item >= 0 ? '‹measured›' : this.of(item)]),
    );
  }

  #ofText(text: string): string {
    const known = this.#names.get(text);
    if (known) return known;
    if (this.#sent.has(text)) return text;
    if (moment.test(text)) return this.#ofMoment(text);
    if (accessToken.test(text)) return this.#ofAccessToken(text);
    // A salt is drawn by lot: two hashes of one password differ.
    if (text.startsWith('$argon2id$')) return '‹another hash›';
    const [, kind] = kinds.find(([pattern]) => pattern.test(text)) ?? [];
    return kind ? this.#introduce(kind, text) : text;
  }

  #introduce(kind: string, text: string): string {
    const count = (this.#counts.get(kind) ?? 0) + 1;
    const name = `‹${kind} ${count}›`;
    this.#counts.set(kind, count);
    this.#names.set(text, name);
    if (kind === 'refresh token' || kind === 'personal token') this.#names.set(digestOf(text), name);
    if (kind === 'refresh token') this.handedOut.unshift(text);
    return name;
  }

  #ofMoment(text: string): string {
    const step = this.#steps.findLastIndex((began) => began <= Date.parse(text));
    return step < 0 ? text : `‹step ${step + 1}›`;
  }

  #ofAccessToken(token: string): string {
    this.signedIn = token;
    const { sub, sid, iat, exp, ...rest } = claimsOf(token);
    const life = Number(exp) - Number(iat);
    return `‹token: ${this.of(sub)} ${this.of(sid)} ${life} s ${JSON.stringify(rest)}›`;
  }
}
