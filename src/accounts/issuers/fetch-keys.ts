import { createLocalJWKSet } from 'jose';

/** The longest wait for the issuer's response, in milliseconds. */
const timeoutMs = 3_000;
/** The largest key set that is read, in bytes: 4,096-bit RSA keys take less than one kilobyte each. */
const maxBytes = 64 * 1024;
/** The keys of an issuer as they were fetched. */
export interface Keys {
  /** Finds a key. @throws jose's `JWKSNoMatchingKey`. */
  readonly find: ReturnType<typeof createLocalJWKSet>;
  readonly kids: ReadonlySet<string | undefined>;
  /** By `performance.now`. */
  readonly fetchedAt: number;
}

/** Fetches a key set (RFC 7517 §5). A redirect is a failure: keys come from the host that was configured. */
export async function fetchKeys(url: string): Promise<Keys> {
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await fetch(url, {
    redirect: 'manual',
    signal,
    headers: { accept: 'application/json, application/jwk-set+json' },
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`The issuer responded ${response.status} instead of its keys`);
  }
  const find = createLocalJWKSet(JSON.parse(await readText(response)));
  return { find, kids: new Set(find.jwks().keys.map(({ kid }) => kid)), fetchedAt: performance.now() };
}

async function readText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  const reader = body?.getReader();
  for (let length = 0; ; ) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    if (done || !value) return Buffer.concat(chunks).toString('utf8');
    length += value.byteLength;
    if (length > maxBytes) {
      await reader?.cancel();
      throw new Error(`The issuer’s keys are larger than ${maxBytes} bytes`);
    }
    chunks.push(value);
  }
}
