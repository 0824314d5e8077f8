import { hash } from 'node:crypto';
import { isKnown, parseEntityTags } from '../core/entity-tags.js';
import { AppError, fieldError } from '../core/errors.js';
import type { TaskPage } from '../tasks/pages.js';
import type { TaskRow } from '../tasks/row.js';

/**
 * Writes the strong entity tag of a task or of a page of them (RFC 9110 §8.8.3): a task's is its version, and a page
 * says nothing that does not follow from its numbers and its tasks' versions.
 */
export function entityTagOf(source: unknown): string {
  const tagged = source as TaskRow | TaskPage;
  if (!('data' in tagged)) return `"${tagged.version}"`;
  const { page, limit, total, hasNext, data } = tagged;
  // What is not counted still says whether there is a next page: `Link` goes with the content.
  const content = [page, limit, total ?? hasNext, ...data.map(({ id, version }) => `${id}:${version}`)].join();
  return `"${hash('sha256', content, 'base64url').slice(0, 27)}"`;
}

/** A version that no task has. */
const noVersion = 0;
const version = /^[1-9]\d{0,8}$/;

/**
 * Reads `If-Match` of a write.
 * @returns the versions of which one must be today's; undefined when any will do.
 * @throws AppError `BAD_REQUEST` when it is no list of entity tags: to ignore it would lose somebody's change.
 */
export function versionsAsked(field: string | null): readonly number[] | undefined {
  if (field === null) return undefined;
  const tags = parseEntityTags(field);
  if (tags === '*') return undefined;
  if (!tags) throw fieldError('BAD_REQUEST', [{ field: 'If-Match', error: 'If-Match must be entity tags, such as "3", or *' }]);
  // By the strong comparison (RFC 9110 §8.8.3.2): a weak tag matches nothing, and so does one that is not ours.
  const ours = tags.filter(({ weak, opaque }) => !weak && version.test(opaque)).map(({ opaque }) => Number(opaque));
  return ours.length > 0 ? ours : [noVersion];
}

/**
 * Holds a representation against the conditions of a read, in the order of RFC 9110 §13.2.2.
 * @returns whether the client has it already.
 * @throws AppError `PRECONDITION_FAILED` when `If-Match` names others.
 */
export function isNotModified(headers: Headers, etag: string): boolean {
  const wanted = parseEntityTags(headers.get('if-match') ?? '*');
  if (wanted !== '*' && !wanted?.some(({ weak, opaque }) => !weak && etag === `"${opaque}"`))
    throw new AppError('PRECONDITION_FAILED');
  return isKnown(headers.get('if-none-match'), etag);
}
