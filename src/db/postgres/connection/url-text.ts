/** What a connection URL says, by libpq's keywords: `user`, `password`, `host` and `port` (lists), `dbname`, and its parameters. */
export interface UrlText {
  readonly values: ReadonlyMap<string, string>;
  /** What is wrong with the text, to follow `DATABASE_URL`. Never holds a part of the text: it may be one of the password. */
  readonly faults: readonly string[];
}

const encodeHint = 'encode what is special in the password: # as %23, % as %25, / as %2F, ? as %3F, @ as %40, & as %26';

/**
 * Splits a connection URL as libpq does (PostgreSQL, "Connection URIs"), not as the URL standard does: libpq allows several hosts,
 * an empty host, and most special characters in a password.
 * @param isKnownParameter whether a parameter has a meaning.
 */
export function readUrlText(url: string, isKnownParameter: (name: string) => boolean): UrlText {
  const [scheme] = /^postgres(ql)?:\/\//.exec(url) ?? [];
  if (!scheme) return { values: new Map(), faults: ['must start with postgresql://'] };
  const text = url.slice(scheme.length);
  const authorityEnd = text.includes('/') ? text.indexOf('/') : text.length;
  // A password may hold an @, which ends no user info then: the last one does, as in the URL standard.
  const at = text.lastIndexOf('@', authorityEnd);
  const [, hosts = '', path = '', query = ''] = /^([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(text.slice(at + 1)) ?? [];
  const entries = [...userEntries(text.slice(0, Math.max(at, 0))), ...hostEntries(hosts), ['dbname', path]];
  const parameters = query.split('&').filter(Boolean);
  const fault = splitFault(path, parameters, isKnownParameter);
  if (fault) return { values: new Map(), faults: [fault] };
  for (const parameter of parameters) entries.push([nameOf(parameter), parameter.slice(parameter.indexOf('=') + 1)]);
  try {
    // As in libpq, a parameter overrides what stands before the question mark.
    return {
      values: new Map(entries.filter(([, value]) => value).map(([name = '', value = '']) => [name, decode(value)])),
      faults: [],
    };
  } catch {
    return { values: new Map(), faults: [`has a % that encodes nothing; ${encodeHint}`] };
  }
}

function decode(text: string): string {
  const decoded = decodeURIComponent(text);
  // PostgreSQL's protocol ends texts so.
  if (decoded.includes('\0')) throw new URIError();
  return decoded;
}

function userEntries(text: string): string[][] {
  const colon = text.indexOf(':');
  return colon === -1
    ? [['user', text]]
    : [
        ['user', text.slice(0, colon)],
        ['password', text.slice(colon + 1)],
      ];
}

/** `a:1,b` is the hosts `a,b` and the ports `1,`. IPv6 addresses stand in brackets. */
function hostEntries(text: string): string[][] {
  const pairs = text.split(',').map((host) => /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/s.exec(host) ?? [host, host]);
  const hosts = pairs.map(([, address, name]) => address ?? name ?? '');
  const ports = pairs.map(([, , , port = '']) => port);
  return [
    ['host', hosts.some(Boolean) ? hosts.join(',') : ''],
    ['port', ports.some(Boolean) ? ports.join(',') : ''],
  ];
}

const nameOf = (parameter: string): string => parameter.split('=', 1)[0] ?? '';

/** What is left of a password with an unencoded / or & would count as database or parameter, and be printed as one. */
function splitFault(path: string, parameters: readonly string[], isKnown: (name: string) => boolean): string | undefined {
  if (path.includes('@')) return `has an @ after the first /; ${encodeHint}`;
  for (const [index, parameter] of parameters.entries()) {
    const name = nameOf(parameter);
    if (!/^\w+=/.test(parameter)) return `has a parameter that is not name=value; ${encodeHint}`;
    if (isKnown(name)) continue;
    if (parameter.includes('@')) return `has an @ in an unknown parameter; ${encodeHint}`;
    if (/password=/.test(parameters[index - 1] ?? '')) return `has an unknown parameter after the password; ${encodeHint}`;
  }
  return undefined;
}

/** Neon's hosts: `-pooler` at the end of the first label leads to its pooler, the name without it to the database itself. */
const neonPooler = /^([^.,@/?]+)-pooler(?=(\.[^.,:@/?]+)*\.neon\.(tech|build)(:\d+)?([/?]|$))/;

/**
 * Derives the URL that leads past Neon's pooler.
 * @returns the URL as it is when it names no pooler of Neon's.
 */
export function directUrlOf(url: string): string {
  const authorityEnd = url.indexOf('/', url.indexOf('://') + 3);
  const hostStart = Math.max(url.indexOf('://') + 3, url.lastIndexOf('@', authorityEnd === -1 ? url.length : authorityEnd) + 1);
  return url.slice(0, hostStart) + url.slice(hostStart).replace(neonPooler, '$1');
}
