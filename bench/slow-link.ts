import { connect, createServer, type Socket } from 'node:net';

/** A way to the database that can be made long. */
export interface SlowLink {
  readonly url: string;
  /** How much later what the database answers arrives, in milliseconds. */
  delayMs: number;
  close(): Promise<void>;
}

/**
 * Listens in front of a database. Each answer is held back for the delay by itself: what was sent one after the other arrives
 * so, and nothing waits for what is before it.
 */
export async function openSlowLink(databaseUrl: string): Promise<SlowLink> {
  const { hostname, port } = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const link = { delayMs: 0 };
  const server = createServer({ noDelay: true }, (client) => {
    const database = connect({ host: hostname, port: Number(port || 5432), noDelay: true });
    client.pipe(database);
    const held: (() => void)[] = [];
    // Each time that is over lets the oldest through: also when the delay just changed, nothing overtakes.
    const release = () => held.shift()?.();
    const later = (act: () => void) => {
      held.push(act);
      if (link.delayMs > 0) setTimeout(release, link.delayMs);
      else release();
    };
    database.on('data', (chunk) => later(() => client.writable && client.write(chunk)));
    database.once('end', () => later(() => client.end()));
    for (const [socket, other] of [
      [client, database],
      [database, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.once('close', () => sockets.delete(socket));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: own } = server.address() as { port: number };
  return Object.assign(link, {
    url: Object.assign(new URL(databaseUrl), { hostname: '127.0.0.1', port: String(own) }).href,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
