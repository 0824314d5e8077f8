/** Length of a message's type and length fields, in bytes. */
const headBytes = 5;

/**
 * Splits a stream into PostgreSQL's protocol messages.
 * @param onMessage gets the type (a letter) and the body of each message once it is complete.
 * @returns takes the stream's chunks.
 */
export function createMessageReader(onMessage: (type: string, body: Buffer) => void): (chunk: Buffer) => void {
  let pending = Buffer.alloc(0);
  return (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= headBytes) {
      // The length counts itself and the body.
      const end = 1 + pending.readUInt32BE(1);
      if (pending.length < end) return;
      onMessage(String.fromCharCode(pending[0] ?? 0), pending.subarray(headBytes, end));
      pending = pending.subarray(end);
    }
  };
}
