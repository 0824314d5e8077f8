/** An entity tag (RFC 9110 §8.8.3). */
interface EntityTag {
  readonly isWeak: boolean;
  /** The characters between the quotes. */
  readonly opaque: string;
}

const entityTag = '(?:W/)?"[\\x21\\x23-\\x7e\\x80-\\xff]*"';
// RFC 9110 §5.6.1: a recipient accepts empty list elements. Only one quantifier matches commas between two tags: with two, a
// field of many commas takes quadratic time.
const wholeList = new RegExp(`^[\\s,]*${entityTag}(?:\\s*,[\\s,]*${entityTag})*[\\s,]*$`);

/**
 * Parses `If-Match` or `If-None-Match` (RFC 9110 §13.1.1, §13.1.2).
 * @returns `*`, or the tags; undefined when the field is neither.
 */
export function parseEntityTags(field: string): '*' | readonly EntityTag[] | undefined {
  if (field.trim() === '*') return '*';
  if (!wholeList.test(field)) return undefined;
  return [...field.matchAll(new RegExp(entityTag, 'g'))].map(([tag]) => ({
    isWeak: tag.startsWith('W/'),
    opaque: tag.slice(tag.indexOf('"') + 1, -1),
  }));
}

/**
 * Whether `If-None-Match` names a representation, by the weak comparison (RFC 9110 §13.1.2).
 * @param field the request's field, if it has one; a malformed one matches nothing.
 * @param etag the representation's, as it is sent.
 */
export function matchesIfNoneMatch(field: string | null, etag: string): boolean {
  const tags = field === null ? undefined : parseEntityTags(field);
  return tags === '*' || (tags?.some(({ opaque }) => etag.endsWith(`"${opaque}"`)) ?? false);
}
