import net from 'node:net';

/** A TCP proxy in front of a database, which can fall silent, hang up or sleep. */
export interface DatabaseProxy {
  /** The database's URL through the proxy. */
  readonly url: string;
  /** `silent` passes nothing on; `down` closes every connection; `asleep` lets new connections wait until it is `open`. */
  set(mode: ProxyMode): void;
  /** How many clients are connected. */
  connections(): number;
  close(): Promise<void>;
}

type ProxyMode = 'open' | 'silent' | 'down' | 'asleep';

/** Starts a proxy. @param port 0 for any free one. */
export async function startDatabaseProxy(databaseUrl: string, port = 0): Promise<DatabaseProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<net.Socket>();
  let mode: ProxyMode = 'open';
  let clients = 0;
  const server = net.createServer((client) => {
    clients++;
    client.on('close', () => clients--);
    const upstream = net.connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) => mode === 'open' && to.write(chunk));
      from.on('error', () => {});
      from.on('close', () => to.destroy());
    }
    if (mode === 'down') client.destroy();
    if (mode === 'asleep') client.pause();
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const url = new URL(target);
  url.port = String((server.address() as net.AddressInfo).port);
  return {
    url: url.href,
    set: (next) => {
      mode = next;
      if (next === 'down') for (const socket of sockets) socket.destroy();
      if (next === 'open') for (const socket of sockets) socket.resume();
    },
    connections: () => clients,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
