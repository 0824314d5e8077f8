import { connect, createServer, type Socket } from 'node:net';
import { createMessageReader } from './messages.js';

/** A proxy in front of a database that breaks connections at the worst moments. */
export interface CommitCutter {
  readonly url: string;
  /** Whether it breaks any; it does not at first. */
  isCutting: boolean;
  /** How many connections it broke after a commit, whose answer the client never gets. */
  readonly cutAfterCommit: number;
  /** How many it broke within a transaction. */
  readonly cutInTransaction: number;
  stop(): Promise<void>;
}

/** One in so many commits loses its answer. */
const commitsPerCut = 12;
/** One in so many answers within transactions is lost. */
const answersPerCut = 50;

/** Listens in front of a database whose connections are not encrypted. */
export async function openCommitCutter(databaseUrl: string): Promise<CommitCutter> {
  const { hostname, port } = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const state = { isCutting: false, cutAfterCommit: 0, cutInTransaction: 0 };
  const isNext = { commit: everyNth(commitsPerCut), answer: everyNth(answersPerCut) };
  const mayPass: Occasion = (kind) => {
    if (!state.isCutting || !isNext[kind]()) return true;
    state[kind === 'commit' ? 'cutAfterCommit' : 'cutInTransaction']++;
    return false;
  };
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ host: hostname, port: Number(port), noDelay: true });
    client.pipe(upstream);
    upstream.on('data', createFilter(client, upstream, mayPass));
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: ownPort } = server.address() as { port: number };
  return Object.assign(state, {
    url: Object.assign(new URL(databaseUrl), { hostname: '127.0.0.1', port: String(ownPort) }).href,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

/** Decides about the answer to a commit, or to another statement of a transaction. */
type Occasion = (kind: 'commit' | 'answer') => boolean;

function everyNth(number: number): () => boolean {
  let count = 0;
  return () => ++count % number === 0;
}

/** Passes the database's messages on, or breaks both connections instead. */
function createFilter(client: Socket, upstream: Socket, mayPass: Occasion): (chunk: Buffer) => void {
  let hasWritten = false;
  let isOpen = true;
  const read = createMessageReader((type, body) => {
    const text = body.toString('latin1');
    if (type === 'C') hasWritten ||= /^(INSERT|COMMIT)/.test(text);
    if (type !== 'Z') return;
    // ReadyForQuery comes after the commit. I: outside a transaction; T: within one.
    if (text === 'T') isOpen &&= mayPass('answer');
    else if (hasWritten) isOpen &&= mayPass('commit');
    if (text === 'I') hasWritten = false;
  });
  return (chunk) => {
    read(chunk);
    if (isOpen) client.write(chunk);
    else for (const socket of [client, upstream]) socket.destroy();
  };
}
